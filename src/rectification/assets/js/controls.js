// What stands around the ledger's table: facets, presets, menus of sorting and columns, and what has been chosen. They
// say a view and show one; which one is on is known to the page (ledger.js).
import { label, settings, text } from "./data.js";
import { COLUMNS, DEFAULT_COLUMNS } from "./columns.js";
import { LISTS, RANGES, sift } from "./query.js";

const WIDE = window.matchMedia("(min-width: 60em)");
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
export function nameOf(facet, value, ledger) {
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

export class Controls {
  constructor(form, ledger) {
    this.form = form;
    this.ledger = ledger;
    this.boxes = {};
    // A ledger without sources tells nobody where its items come from.
    const has = (name) => name !== "site" || ledger.sites.length > 0;
    this.facets = Object.keys(LISTS).filter(has);
    this.columns = Object.keys(COLUMNS).filter(has);
    this.buildFacets();
    this.buildMenus();
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

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

  /** Close a menu when the reader goes on elsewhere, until `signal` tells that the page is gone. */
  closeMenus(signal) {
    const { form } = this;
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
    document.addEventListener(
      "click",
      (event) => {
        for (const menu of form.querySelectorAll(".rx-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
      },
      { signal },
    );
  }

  /** The view as the controls say it, `state` in all that they do not. */
  chosen(state) {
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
    return { ...state, lists, ranges, sort, group: form.elements.group.value, columns: usual ? [] : columns };
  }

  /** The view of a preset: `state` with its statuses and flags. */
  preset(state, name) {
    const lists = { ...state.lists, status: [], flag: [], ...PRESETS[name] };
    return { ...state, lists };
  }

  /** The view of `state` without one of the things chosen. */
  without(state, name, value) {
    if (name === "q") return { ...state, q: "" };
    if (name in RANGES) return { ...state, ranges: { ...state.ranges, [name]: ["", ""] } };
    return { ...state, lists: { ...state.lists, [name]: state.lists[name].filter((v) => v !== value) } };
  }

  /** Show a view in the controls. */
  show(state) {
    const { form } = this;
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
    this.showChosen(state);
  }

  /** What has been chosen, each with a button that takes it back. */
  showChosen({ q, lists, ranges }) {
    const chosen = [];
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

  /** Show how many items each value and preset would have; `passed` and `counts` are those of the view `state`. */
  showCounts(state, { passed, counts }, matches) {
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
    const lists = { ...state.lists, status: [], flag: [] };
    const open = state.lists.status.length || state.lists.flag.length ? sift(this.ledger.rows, { ...state, lists }, matches) : { counts, passed };
    const sum = (name) =>
      name === "all"
        ? open.passed.length
        : Object.entries(PRESETS[name]).flatMap(([facet, values]) => values.map((value) => open.counts[facet].get(value) || 0)).reduce((a, b) => a + b, 0);
    for (const button of this.form.querySelectorAll("[data-preset]")) {
      const name = button.dataset.preset;
      button.querySelector("b").textContent = sum(name);
      const { status = [], flag = [] } = PRESETS[name];
      const now = state.lists;
      button.setAttribute("aria-pressed", now.status.join() === status.join() && now.flag.join() === flag.join());
    }
  }
}
