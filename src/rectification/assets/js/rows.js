// The ledger as the build left it in compact columns (publish/ledger_rows.py), made into rows for the reader's day.
import { settings } from "./data.js";
import { loadData } from "./load.js";
import { flagOf, isoOf, today } from "./today.js";

const STATUSES = settings.statuses;
const SEVERITIES = ["high", "medium", "low"];
const MODES = ["immediate", "deadline", "phased", "sustained"];
const FINISHED = new Set(["closed", "withdrawn"]);
// What of an unfinished item asks for attention.
const ASKING = ["overdue", "due_soon", "stalled", "reopened"];

/** Load the ledger. Resolves to its `rows`, and its `units`, `categories`, `checklists` and `sites` in their order. */
export async function loadRows() {
  const data = await loadData("ledger/rows.json");
  const { columns, units } = data;
  const days = new Map();
  const iso = (day) => {
    if (!days.has(day)) days.set(day, isoOf(day + data.first_day));
    return days.get(day);
  };
  const paths = units.map(([name], number) => {
    const path = [];
    for (let at = number; at >= 0 && path.length <= units.length; at = units[at][1]) path.push(units[at][0]);
    return path; // the unit itself, then those above it
  });
  const now = today() - data.first_day;
  const rows = columns.id.map((id, n) => {
    const status = STATUSES[columns.status[n]];
    const finished = FINISHED.has(status);
    const found = columns.found[n];
    const due = columns.due[n];
    const since = columns.since[n];
    const [slug, checklist] = data.checklists[columns.checklist[n]];
    const sites = data.sites?.[columns.site[n]] ?? [];
    const row = {
      n,
      id,
      title: columns.title[n],
      unit: units[columns.unit[n]]?.[0] ?? "",
      units: paths[columns.unit[n]] ?? [],
      owner: data.owners[columns.owner[n]] ?? "",
      category: data.categories[columns.category[n]] ?? "",
      slug,
      checklist,
      site: sites.join(" › "),
      sites: sites.length ? sites : [""], // the sites an item came through, its home last; none for our own
      status,
      severity: SEVERITIES[columns.severity[n]] ?? "",
      mode: MODES[columns.mode[n]] ?? "",
      found: iso(found),
      due: iso(due),
      since: iso(since),
      closed: status === "closed" ? iso(since) : "",
      slip: columns.slip[n],
      left: finished ? null : due - now,
      open: Math.max(0, (finished ? since : now) - found),
      actions: columns.actions[n],
      done: columns.done[n],
      evidence: columns.evidence[n],
      internal: Boolean(columns.internal?.[n]), // only an internal site has the column
    };
    row.flags = flagsOf(row, {
      stalled: !finished && status !== "submitted" && now - columns.stirred[n] > settings.stalledDays,
      closed_late: status === "closed" && since > due,
      reopened: Boolean(columns.came_back[n]),
    });
    return row;
  });
  return {
    rows,
    units,
    categories: data.categories,
    checklists: data.checklists,
    sites: [...new Set(data.sites?.flat() ?? [])],
  };
}

function flagsOf(row, held) {
  const flags = [];
  const dated = row.left === null ? "" : flagOf(row.left);
  if (dated) flags.push(dated);
  for (const flag of ["stalled", "closed_late", "reopened"]) if (held[flag]) flags.push(flag);
  if (row.left !== null && flags.some((flag) => ASKING.includes(flag))) flags.unshift("attention");
  return flags;
}
