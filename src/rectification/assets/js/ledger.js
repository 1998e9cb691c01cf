// The ledger page: one table of all items, which view of it is shown, and the ways on from it. Whatever is chosen
// stands in the address, so that a view can be shared, reloaded and come back to.
import { addTexts, itemAddress, settings, text } from "./data.js";
import { copyText, say } from "./copy.js";
import { loadLibrary, loadStyle } from "./load.js";
import { COLUMNS, DEFAULT_COLUMNS, compareBy, tableColumns } from "./columns.js";
import { Controls, nameOf } from "./controls.js";
import { readQuery, sift, writeQuery } from "./query.js";
import { loadRows } from "./rows.js";
import { isoOf, today } from "./today.js";

const QUIET = 150; // milliseconds without a key before the free text is looked up
const NARROW = window.matchMedia("(max-width: 44.9375em)");
const REMEMBERED = 2000; // items around the opened one that its page can go on to

class LedgerPage {
  constructor(form, ledger, Table) {
    this.form = form;
    this.ledger = ledger;
    this.pathname = location.pathname;
    this.state = readQuery(location.search);
    this.controls = new Controls(form, ledger);
    this.orders = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, compareBy(name, ledger)]));
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
    return this.controls.part(name);
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
      if (event.target.name !== "q") this.change(this.controls.chosen(this.state));
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
      if (button.dataset.preset) this.change(this.controls.preset(this.state, button.dataset.preset));
      else if (button.dataset.remove) this.change(this.controls.without(this.state, button.dataset.remove, button.dataset.value));
      else if ("direction" in button.dataset)
        this.change({ ...this.state, sort: this.state.sort || "due", direction: this.state.direction === "desc" ? "asc" : "desc" });
      else if ("reset" in button.dataset) this.change(readQuery("?view=all"));
      else if ("copy" in button.dataset) copyText(location.href, button);
      else if (button.dataset.export) this.export(button);
    });
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.controls.closeMenus(signal);
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
    this.controls.show(this.state);
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
    const sifted = sift(rows, this.state, matches);
    const shown = new Set(sifted.passed.map((row) => row.n));
    this.part("note").hidden = true;
    this.showColumns();
    this.showOrder();
    this.table.setFilter((row) => shown.has(row.n));
    this.controls.showCounts(this.state, sifted, matches);
    this.part("shown").textContent = text("filter.shown", { n: sifted.passed.length, total: rows.length });
    this.form.dataset.ready = sifted.passed.length; // for whoever waits for the table
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
    return [...new Set(["title", ...(columns.length ? columns : DEFAULT_COLUMNS), sort || "due"])].filter((name) => this.controls.columns.includes(name));
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
    const view = { rows: this.rowsInOrder(), words: this.controls.words, day: isoOf(today()), address: location.href, part: this.part("print") };
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
    title.textContent = [text("due.as_read", { day: isoOf(today()) }), ...this.controls.words, this.part("shown").textContent].join(" · ");
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
