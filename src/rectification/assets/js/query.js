// Which items are meant, and how they are shown: the same fields and values as in the `where` of an embedded view
// and on the command line (ledger/query.py), written in the address.

/** Fields with a list of values, of which an item must have one. */
export const LISTS = {
  status: (row) => [row.status],
  flag: (row) => row.flags,
  unit: (row) => row.units,
  category: (row) => [row.category],
  severity: (row) => [row.severity],
  mode: (row) => [row.mode],
  checklist: (row) => [row.slug],
  year: (row) => [row.found.slice(0, 4)],
  site: (row) => row.sites,
};

/** Fields with a first and a last day, `found_from` and `found_to`. */
export const RANGES = {
  found: (row) => row.found,
  due: (row) => row.due,
  closed: (row) => row.closed,
};

const NONE = "-"; // in the address: the field holds nothing

/** The view that an address means. Without any filter in it, it is the items that ask for attention. */
export function readQuery(search) {
  const query = new URLSearchParams(search);
  const values = (name) => (query.get(name) || "").split(",").filter(Boolean);
  const lists = {};
  for (const name of Object.keys(LISTS)) lists[name] = values(name).map((value) => (value === NONE ? "" : value));
  const ranges = {};
  for (const name of Object.keys(RANGES)) ranges[name] = [day(query.get(`${name}_from`)), day(query.get(`${name}_to`))];
  const state = { q: query.get("q") || "", lists, ranges };
  if (!isFiltered(state) && query.get("view") !== "all") lists.flag = ["attention"];
  const [sort, direction] = (query.get("sort") || "").split(".");
  return { ...state, sort, direction: direction === "desc" ? "desc" : "asc", group: query.get("group") || "", columns: values("columns") };
}

/** The address's query for a view; the shortest that `readQuery` reads as the same view. */
export function writeQuery(state) {
  const query = new URLSearchParams();
  const set = (name, value) => value && query.set(name, value);
  const attention = isAttention(state);
  if (!isFiltered(state)) query.set("view", "all");
  set("q", state.q);
  if (!attention)
    for (const [name, values] of Object.entries(state.lists)) set(name, values.map((value) => value || NONE).join(","));
  for (const [name, [from, to]] of Object.entries(state.ranges)) {
    set(`${name}_from`, from);
    set(`${name}_to`, to);
  }
  set("sort", state.sort && state.sort + (state.direction === "desc" ? ".desc" : ""));
  set("group", state.group);
  set("columns", state.columns.join(","));
  const search = query.toString().replaceAll("%2C", ",");
  return search ? `?${search}` : "";
}

function day(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text || "") ? text : "";
}

function isFiltered(state) {
  return Boolean(state.q) || Object.values(state.lists).some((values) => values.length) || isDated(state);
}

function isDated(state) {
  return Object.values(state.ranges).some(([from, to]) => from || to);
}

function isAttention(state) {
  const chosen = Object.entries(state.lists).filter(([, values]) => values.length);
  const only = chosen.length === 1 && chosen[0][0] === "flag" && chosen[0][1].join() === "attention";
  return only && !state.q && !isDated(state);
}

/**
 * Sift `rows` by a view. `matches` tells whether a row fits the view's free text. Returns the rows that pass, and for
 * each list field how many would with each of its values, given the other fields.
 */
export function sift(rows, state, matches) {
  const tests = [];
  for (const [name, values] of Object.entries(state.lists)) {
    if (!values.length) continue;
    const wanted = new Set(values);
    tests.push([name, (row) => LISTS[name](row).some((value) => wanted.has(value))]);
  }
  for (const [name, [from, to]] of Object.entries(state.ranges))
    if (from || to)
      tests.push([name, (row) => RANGES[name](row) && (!from || RANGES[name](row) >= from) && (!to || RANGES[name](row) <= to)]);
  if (state.q) tests.push(["q", matches]);
  const fields = Object.entries(LISTS);
  const counts = Object.fromEntries(fields.map(([name]) => [name, new Map()]));
  const passed = [];
  for (const row of rows) {
    let failed = "";
    let failures = 0;
    for (const [name, test] of tests)
      if (!test(row)) {
        failed = name;
        failures += 1;
        if (failures > 1) break;
      }
    if (failures > 1) continue;
    if (!failures) passed.push(row);
    for (const [name, valuesOf] of fields) {
      if (failures && name !== failed) continue;
      for (const value of valuesOf(row)) counts[name].set(value, (counts[name].get(value) || 0) + 1);
    }
  }
  return { passed, counts };
}
