// The ledger page: one table of all items with its facets, presets, columns and exports. Whatever is chosen stands in
// the address, so that a view can be shared, reloaded and come back to.
import { addTexts, itemAddress, label, settings, text } from "./data.js";
import { copyText, say } from "./copy.js";
import { loadLibrary, loadStyle } from "./load.js";
import { COLUMNS, DEFAULT_COLUMNS, compareBy, tableColumns } from "./columns.js";
import { LISTS, RANGES, readQuery, sift, writeQuery } from "./query.js";
import { loadRows } from "./rows.js";
import { isoOf, today } from "./today.js";

const QUIET = 150; // milliseconds without a key before the free text is looked up
const NARROW = window.matchMedia("(max-width: 44.9375em)");
const WIDE = window.matchMedia("(min-width: 60em)");
const REMEMBERED = 2000; // items around the opened one that its page can go on to
const UNFINISHED = settings.statuses?.filter((status) => !["closed", "withdrawn"].includes(status));
const PRESETS = {
  attention: { flag: ["attention"] },
  unfinished: { status: UNFINISHED },
  submitted: { status: ["submitted"] },
  closed: { status: ["closed"] },
  all: {},
};
const FLAGS = ["attention", "overdue", "due_soon", "stalled", "closed_late", "reopened"];
const GROUPS = ["status", "unit", "category", "checklist", "site"];

/** Name of a facet's value for the reader. */
function nameOf(facet, value, ledger) {
  if (!value) return text(facet === "site" ? "ui.own_site" : "ledger.nothing");
  if (facet === "checklist") return ledger.checklists.find(([slug]) => slug === value)?.[1] ?? value;
  return ["status", "flag", "severity", "mode"].includes(facet) ? label(facet, value) : value;
}

/** Values of a facet in the order they are offered, each with its depth in a tree. */
function valuesOf(facet, ledger) {
  const flat = (values) => values.map((value) => [value, 0]);
  if (facet === "status") return flat(settings.statuses);
  if (facet === "flag") return flat(FLAGS);
  if (facet === "severity") return flat(["high", "medium", "low", ""]);
  if (facet === "mode") return flat(["immediate", "deadline", "phased", "sustained", ""]);
  if (facet === "category") return flat([...ledger.categories, ""]);
  if (facet === "checklist") return flat(ledger.checklists.map(([slug]) => slug));
  if (facet === "site") return flat([...ledger.sites, ""]);
  if (facet === "year") return flat([...new Set(ledger.rows.map((row) => row.found.slice(0, 4)))].sort().reverse());
  const depths = [];
  return ledger.units.map(([name, above], n) => [name, (depths[n] = above < 0 ? 0 : depths[above] + 1)]);
}

class LedgerPage {
  constructor(form, ledger, Table) {
    this.form = form;
    this.ledger = ledger;
    this.pathname = location.pathname;
    this.state = readQuery(location.search);
    this.boxes = {};
    // A ledger without sources tells nobody where its items come from.
    const has = (name) => name !== "site" || ledger.sites.length > 0;
    this.facets = Object.keys(LISTS).filter(has);
    this.columns = Object.keys(COLUMNS).filter(has);
    this.orders = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, compareBy(name, ledger)]));
    this.buildFacets();
    this.buildMenus();
    this.table = this.buildTable(Table);
    this.listen();
    this.table.on("tableBuilt", () => {
      // What scrolls can have the focus, and so must itself be a part of the grid.
      this.form.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
      this.form.querySelector(".tabulator-table").setAttribute("role", "presentation");
      this.built = true;
      this.apply();
    });
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  // -- what stands around the table ----------------------------------------------------------------

  buildFacets() {
    for (const facet of this.facets) {
      const list = this.form.querySelector(`[data-facet=${facet}] ul`);
      this.boxes[facet] = valuesOf(facet, this.ledger).map(([value, depth]) => {
        const box = document.createElement("input");
        box.type = "checkbox";
        box.name = facet;
        box.value = value;
        const count = document.createElement("span");
        count.className = "rx-facet__count";
        const name = document.createElement("span");
        name.className = "rx-facet__name";
        name.textContent = nameOf(facet, value, this.ledger);
        const choice = document.createElement("label");
        choice.append(box, name, count);
        const item = document.createElement("li");
        item.style.setProperty("--depth", depth);
        item.append(choice);
        list.append(item);
        return { box, count, item };
      });
    }
    const placed = () => (this.part("facets").open = WIDE.matches);
    WIDE.addEventListener("change", placed);
    placed();
  }

  buildMenus() {
    const { sort, group } = this.form.elements;
    for (const name of this.columns) if (COLUMNS[name].sorts) sort.add(new Option(text(`ledger.column.${name}`), name));
    for (const name of GROUPS) if (this.columns.includes(name)) group.add(new Option(text(`ledger.column.${name}`), name));
    const menu = this.part("columns");
    for (const name of this.columns) {
      if (name === "title") continue;
      const box = document.createElement("input");
      box.type = "checkbox";
      box.name = "columns";
      box.value = name;
      const choice = document.createElement("label");
      choice.append(box, text(`ledger.column.${name}`));
      menu.append(choice);
    }
  }

  buildTable(Table) {
    return new Table(this.part("table"), {
      data: this.ledger.rows,
      index: "n",
      columns: this.columnsNow(),
      layout: "fitColumns",
      height: "70vh",
      minHeight: 200,
      renderVerticalBuffer: 600,
      initialFilter: () => false, // until the first view is applied
      placeholder: text("ui.none_here"),
      groupToggleElement: "header",
      groupHeader: (value, count, _rows, group) => {
        group.getElement().setAttribute("role", "row");
        const head = document.createElement("span");
        head.className = "rx-group";
        head.setAttribute("role", "gridcell");
        const number = document.createElement("b");
        number.textContent = count;
        head.append(nameOf(this.state.group, value, this.ledger), " ", number);
        return head;
      },
    });
  }

  // -- from the reader to the view, and from the view to the page ------------------------------------

  listen() {
    let timer;
    const { form } = this;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => {
      if (event.target.name !== "q") this.change(this.chosen());
    });
    form.elements.q.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(() => this.change({ ...this.state, q: form.elements.q.value.trim() }, { typing: true }), QUIET);
    });
    form.elements.q.addEventListener("compositionend", (event) => event.target.dispatchEvent(new Event("input")));
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.preset) this.change(this.preset(button.dataset.preset));
      else if (button.dataset.remove) this.change(this.without(button.dataset.remove, button.dataset.value));
      else if ("direction" in button.dataset)
        this.change({ ...this.state, sort: this.state.sort || "due", direction: this.state.direction === "desc" ? "asc" : "desc" });
      else if ("reset" in button.dataset) this.change(readQuery("?view=all"));
      else if ("copy" in button.dataset) copyText(location.href, button);
      else if (button.dataset.export) this.export(button);
    });
    // A menu closes when the reader goes on elsewhere.
    form.addEventListener("focusout", (event) => {
      const menu = event.target.closest(".rx-menu");
      if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    form.addEventListener("keydown", (event) => {
      const menu = event.key === "Escape" && event.target.closest(".rx-menu[open]");
      if (!menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    this.gone = new AbortController();
    const { signal } = this.gone;
    document.addEventListener(
      "click",
      (event) => {
        for (const menu of form.querySelectorAll(".rx-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
      },
      { signal },
    );
    window.addEventListener("popstate", (event) => this.onAddress(event), { signal, capture: true });
    window.addEventListener("beforeprint", () => this.printTable(), { signal });
    NARROW.addEventListener("change", () => this.apply(), { signal });
    this.table.on("dataSorted", (sorters) => this.onSorted(sorters));
    this.part("table").addEventListener("click", (event) => event.target.closest("a[href]") && this.remember(event));
  }

  onAddress(event) {
    if (!this.form.isConnected || location.pathname !== this.pathname) {
      this.gone.abort();
      return;
    }
    event.stopImmediatePropagation(); // the theme would fetch the page anew
    this.state = readQuery(location.search);
    this.apply();
  }

  /** The view as the controls say it. */
  chosen() {
    const { form } = this;
    const lists = {};
    for (const facet of this.facets)
      lists[facet] = this.boxes[facet].filter(({ box }) => box.checked).map(({ box }) => box.value);
    const ranges = {};
    for (const name of Object.keys(RANGES))
      ranges[name] = [form.elements[`${name}_from`].value, form.elements[`${name}_to`].value];
    const columns = [...form.querySelectorAll("[name=columns]:checked")].map((box) => box.value);
    const usual = columns.join() === DEFAULT_COLUMNS.join();
    const sort = form.elements.sort.value;
    return { ...this.state, lists, ranges, sort, group: form.elements.group.value, columns: usual ? [] : columns };
  }

  preset(name) {
    const lists = { ...this.state.lists, status: [], flag: [], ...PRESETS[name] };
    return { ...this.state, lists };
  }

  without(name, value) {
    if (name === "q") return { ...this.state, q: "" };
    if (name in RANGES) return { ...this.state, ranges: { ...this.state.ranges, [name]: ["", ""] } };
    return { ...this.state, lists: { ...this.state.lists, [name]: this.state.lists[name].filter((v) => v !== value) } };
  }

  /** A click on a heading has sorted the table. */
  onSorted(sorters) {
    if (!this.built || this.sorting || !sorters.length) return;
    const [{ field, dir }] = sorters;
    if (field === "card" || (field === (this.state.sort || "due") && dir === this.state.direction)) return;
    this.ordered = `${field}.${dir}.${this.state.group}`;
    this.change({ ...this.state, sort: field, direction: dir });
  }

  /** Go over to another view: a step of the history, but for typing, which changes the step it stands in. */
  change(state, { typing = false } = {}) {
    this.state = state;
    this.writeAddress(typing);
    this.apply();
  }

  writeAddress(typing = false) {
    const address = location.pathname + writeQuery(this.state) + location.hash;
    if (typing) history.replaceState(history.state, "", address);
    else if (address !== location.pathname + location.search + location.hash) history.pushState(null, "", address);
  }

  async apply() {
    if (!this.built) return; // the table applies the view itself as soon as it stands
    const number = (this.applying = (this.applying || 0) + 1);
    this.showControls();
    this.show(this.localMatch());
    if (!this.state.q) return;
    const found = await findInIndex(this.state.q);
    if (number !== this.applying) return;
    const note = this.part("note");
    note.hidden = Boolean(found);
    if (found) {
      const here = this.localMatch();
      this.show((row) => found.has(row.id) || here(row));
    }
  }

  /** Whether each word stands in what the table itself knows of a row. */
  localMatch() {
    const words = this.state.q.toLowerCase().split(/\s+/).filter(Boolean);
    return (row) => {
      row.words ??= [row.id, row.title, row.unit, row.owner, row.category, row.checklist].join("\n").toLowerCase();
      return words.every((word) => row.words.includes(word));
    };
  }

  show(matches) {
    const { rows } = this.ledger;
    const { passed, counts } = sift(rows, this.state, matches);
    this.shown = passed;
    const shown = new Set(passed.map((row) => row.n));
    this.part("note").hidden = true;
    this.showColumns();
    this.showOrder();
    this.table.setFilter((row) => shown.has(row.n));
    this.showCounts(counts, matches);
    this.part("shown").textContent = text("filter.shown", { n: passed.length, total: rows.length });
    this.form.dataset.ready = passed.length; // for whoever waits for the table
  }

  /** Order of two rows, groups first; the table turns what is descending round. */
  orderOf(name, one, other, direction) {
    const { group, sort } = this.state;
    const sign = direction === "desc" ? -1 : 1;
    const grouped = group ? sign * this.orders[group](one, other) : 0;
    return grouped || this.orders[name === "card" ? sort || "due" : name](one, other) || sign * (one.n - other.n);
  }

  showOrder() {
    const { sort, direction, group } = this.state;
    const wanted = `${sort || "due"}.${direction}.${group}`;
    if (this.grouped !== group) {
      this.table.setGroupBy(group ? (row) => (group === "checklist" ? row.slug : row[group]) : false);
      this.grouped = group;
    }
    if (this.ordered === wanted) return;
    this.ordered = wanted;
    this.sorting = true;
    this.table.setSort([{ column: NARROW.matches ? "card" : sort || "due", dir: direction }]);
    this.sorting = false;
  }

  /** Names of the columns to show; the one that the table is sorted by is always among them. */
  columnNames() {
    if (NARROW.matches) return ["card"];
    const { columns, sort } = this.state;
    return [...new Set(["title", ...(columns.length ? columns : DEFAULT_COLUMNS), sort || "due"])].filter((name) => this.columns.includes(name));
  }

  columnsNow() {
    const names = this.columnNames();
    this.columnsShown = names.join();
    return tableColumns(names, (...rows) => this.orderOf(...rows));
  }

  showColumns() {
    if (this.columnsShown === this.columnNames().join()) return;
    this.table.setColumns(this.columnsNow());
    this.ordered = "";
  }

  showControls() {
    const { form, state } = this;
    const put = (control, value) => control.value !== value && document.activeElement !== control && (control.value = value);
    put(form.elements.q, state.q);
    form.elements.sort.value = state.sort || "due";
    form.elements.group.value = state.group;
    const direction = this.part("direction");
    direction.textContent = state.direction === "desc" ? "↓" : "↑";
    direction.setAttribute("aria-label", text(`ledger.${state.direction === "desc" ? "descending" : "ascending"}`));
    for (const [facet, boxes] of Object.entries(this.boxes))
      for (const { box } of boxes) box.checked = state.lists[facet].includes(box.value);
    for (const [name, [from, to]] of Object.entries(state.ranges)) {
      form.elements[`${name}_from`].value = from;
      form.elements[`${name}_to`].value = to;
    }
    const columns = state.columns.length ? state.columns : DEFAULT_COLUMNS;
    for (const box of form.querySelectorAll("[name=columns]")) box.checked = columns.includes(box.value);
    this.showChosen();
  }

  /** What has been chosen, each with a button that takes it back. */
  showChosen() {
    const chosen = [];
    const { q, lists, ranges } = this.state;
    if (q) chosen.push(["q", "", text("ledger.text_is", { text: q })]);
    for (const [name, values] of Object.entries(lists))
      for (const value of values)
        chosen.push([name, value, `${text(`ledger.column.${name}`)}${text("ui.colon")}${nameOf(name, value, this.ledger)}`]);
    for (const [name, [from, to]] of Object.entries(ranges))
      if (from || to) chosen.push([name, "", text("ledger.range_is", { field: text(`ledger.column.${name}`), from: from || "…", to: to || "…" })]);
    this.words = chosen.map(([, , words]) => words);
    this.part("chosen").replaceChildren(
      ...chosen.map(([name, value, words]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.remove = name;
        button.dataset.value = value;
        button.textContent = words;
        button.title = text("ledger.remove");
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
    this.part("reset").hidden = !chosen.length;
  }

  showCounts(counts, matches) {
    for (const [facet, boxes] of Object.entries(this.boxes)) {
      let offered = 0;
      for (const { box, count, item } of boxes) {
        const number = counts[facet].get(box.value) || 0;
        count.textContent = number;
        item.hidden = !number && !box.checked;
        if (!item.hidden) offered += 1;
      }
      this.form.querySelector(`[data-facet=${facet}]`).hidden = !offered;
    }
    const lists = { ...this.state.lists, status: [], flag: [] };
    const open = this.state.lists.status.length || this.state.lists.flag.length ? sift(this.ledger.rows, { ...this.state, lists }, matches) : { counts, passed: this.shown };
    const sum = (name) =>
      name === "all"
        ? open.passed.length
        : Object.entries(PRESETS[name]).flatMap(([facet, values]) => values.map((value) => open.counts[facet].get(value) || 0)).reduce((a, b) => a + b, 0);
    for (const button of this.form.querySelectorAll("[data-preset]")) {
      const name = button.dataset.preset;
      button.querySelector("b").textContent = sum(name);
      const { status = [], flag = [] } = PRESETS[name];
      const now = this.state.lists;
      button.setAttribute("aria-pressed", now.status.join() === status.join() && now.flag.join() === flag.join());
    }
  }

  // -- ways on ---------------------------------------------------------------------------------------

  rowsInOrder() {
    return this.grouped ? this.table.getGroups().flatMap(rowsOfGroup) : this.table.getData("active");
  }

  /** Remember the view for the page of an item, which can then go on to the next one of it. */
  remember(event) {
    const rows = this.rowsInOrder();
    const at = rows.findIndex((row) => itemAddress(row.id) === event.target.closest("a").href);
    const from = Math.max(0, at - REMEMBERED / 2);
    const near = rows.slice(from, from + REMEMBERED).map((row) => [row.id, row.title]);
    const view = { search: location.search, from, total: rows.length, near };
    try {
      sessionStorage.setItem("rectify-view", JSON.stringify(view));
    } catch {
      // Storage may be full or forbidden: the page of the item then goes on in the order of its checklist.
    }
  }

  async export(button) {
    const { exportCsv, exportXlsx, exportPrint } = await import("./export.js");
    const how = { csv: exportCsv, xlsx: exportXlsx, print: exportPrint }[button.dataset.export];
    const view = { rows: this.rowsInOrder(), words: this.words, day: isoOf(today()), address: location.href, part: this.part("print") };
    button.disabled = true;
    try {
      await how(view);
    } catch (error) {
      console.warn(error);
      say(button, text("ledger.export_failed"));
    } finally {
      button.disabled = false;
    }
  }

  /** The browser's own printing: the rows of the view with the columns of the table. */
  printTable() {
    const part = this.part("print");
    if (part.dataset.full === "now") return;
    const names = ["id", ...(NARROW.matches ? ["title", ...DEFAULT_COLUMNS] : this.columnsShown.split(","))];
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const name of names) head.append(Object.assign(document.createElement("th"), { textContent: text(`ledger.column.${name}`) }));
    const body = table.createTBody();
    for (const row of this.rowsInOrder()) {
      const line = body.insertRow();
      for (const name of names) line.insertCell().textContent = COLUMNS[name]?.plain?.(row) ?? row[name] ?? "";
    }
    const title = document.createElement("p");
    title.textContent = [text("due.as_read", { day: isoOf(today()) }), ...this.words, this.part("shown").textContent].join(" · ");
    part.replaceChildren(title, table);
  }
}

function rowsOfGroup(group) {
  return group.getSubGroups().length ? group.getSubGroups().flatMap(rowsOfGroup) : group.getRows().map((row) => row.getData());
}

/** Ids of the items that the search index finds; null where there is no index to ask. */
async function findInIndex(query) {
  if (!settings.search || location.protocol === "file:") return null;
  try {
    const { findItems } = await import("./search-index.js");
    return await findItems(query);
  } catch {
    return null;
  }
}

export async function start(form) {
  if (form.dataset.started) return;
  form.dataset.started = "true";
  addTexts(JSON.parse(form.querySelector("[data-texts]").content.textContent));
  loadStyle("tabulator.min.css");
  try {
    const [ledger] = await Promise.all([loadRows(), loadLibrary("tabulator.min.js")]);
    if (!form.isConnected) return;
    form.querySelector("[data-fallback]").hidden = true;
    form.querySelector("[data-app]").hidden = false;
    form.page = new LedgerPage(form, ledger, globalThis.Tabulator);
  } catch (error) {
    console.warn(error); // the list that the build left in the page stays
  }
}
