// The page of changes: what happened between two days, from the logs. The days stand in the address.
import { addTexts, itemAddress, label, text } from "./data.js";
import { badge, internalMark } from "./columns.js";
import { copyText } from "./copy.js";
import { loadData } from "./load.js";
import { loadRows } from "./rows.js";
import { isoOf, today } from "./today.js";

const PAGE = 200; // events shown at a time
const USUAL = 7; // days, where the address says nothing
const KINDS = ["found", "in_progress", "submitted", "closed", "reopened", "withdrawn", "due", "note"];
const UNFINISHED = new Set(["open", "in_progress", "submitted", "reopened"]);

const kindOf = (change) => (change.event === "log" ? change.status || "note" : change.event);
const nameOf = (kind) => (["found", "due", "note"].includes(kind) ? text(`changes.${kind}`) : label("status", kind));

function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

/** The period that an address means: two days, or so many up to the reader's own. */
function readPeriod() {
  const query = new URLSearchParams(location.search);
  const valid = (day) => (/^\d{4}-\d{2}-\d{2}$/.test(day || "") ? day : "");
  const days = Math.min(36500, Number.parseInt(query.get("days"), 10) || USUAL);
  const to = valid(query.get("to")) || isoOf(today());
  const from = valid(query.get("from")) || isoOf(today() - days + 1);
  const fixed = Boolean(valid(query.get("from")) || valid(query.get("to")));
  return { from, to, days: fixed ? 0 : days, unit: query.get("unit") || "", kinds: (query.get("kind") || "").split(",").filter(Boolean) };
}

function writePeriod({ from, to, days, unit, kinds }, lasting = false) {
  const query = new URLSearchParams();
  if (lasting || !days) {
    query.set("from", from);
    query.set("to", to);
  } else if (days !== USUAL) query.set("days", days);
  if (unit) query.set("unit", unit);
  if (kinds.length) query.set("kind", kinds.join(","));
  const search = query.toString().replaceAll("%2C", ",");
  return location.pathname + (search ? `?${search}` : "");
}

class ChangesPage {
  constructor(form, ledger, changes) {
    this.form = form;
    this.pathname = location.pathname;
    this.rows = new Map(ledger.rows.map((row) => [row.id, row]));
    this.changes = changes.filter(({ item }) => this.rows.has(item));
    const { unit } = form.elements;
    ledger.units.forEach(([name, above], n) => {
      const depth = (ledger.units[n].depth = above < 0 ? 0 : ledger.units[above].depth + 1);
      unit.add(new Option("\u2003".repeat(depth) + name, name));
    });
    this.listen();
    this.state = readPeriod();
    this.show();
  }

  listen() {
    const { form } = this;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", ({ target }) => {
      const { from, to, unit } = form.elements;
      if (target === unit) this.change({ ...this.state, unit: unit.value });
      else if (from.value && to.value) {
        const [first, last] = [from.value, to.value].sort();
        this.change({ ...this.state, from: first, to: last, days: 0 });
      }
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { days, kind } = button.dataset;
      if (days) this.change({ ...this.state, days: Number(days), from: isoOf(today() - days + 1), to: isoOf(today()) });
      else if (kind) {
        const kinds = this.state.kinds.includes(kind) ? this.state.kinds.filter((one) => one !== kind) : [...this.state.kinds, kind];
        this.change({ ...this.state, kinds });
      } else if ("copy" in button.dataset) copyText(new URL(writePeriod(this.state, true), location.href).href, button);
      else if ("more" in button.dataset) this.showMore();
    });
    const gone = new AbortController();
    const onAddress = (event) => {
      if (!form.isConnected || location.pathname !== this.pathname) {
        gone.abort();
        return;
      }
      event.stopImmediatePropagation(); // the theme would fetch the page anew
      this.state = readPeriod();
      this.show();
    };
    window.addEventListener("popstate", onAddress, { signal: gone.signal, capture: true });
  }

  change(state) {
    this.state = state;
    const address = writePeriod(state);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    this.show();
  }

  show() {
    const { from, to, days, unit, kinds } = this.state;
    const { elements } = this.form;
    elements.from.value = from;
    elements.to.value = to;
    elements.unit.value = unit;
    for (const button of this.form.querySelectorAll("[data-days]")) button.setAttribute("aria-pressed", Number(button.dataset.days) === days);
    const ours = this.changes.filter(({ item }) => !unit || this.rows.get(item).units.includes(unit));
    const within = ours.filter(({ date }) => date >= from && date <= to);
    this.showNumbers(ours);
    this.showKinds(within);
    this.found = kinds.length ? within.filter((change) => kinds.includes(kindOf(change))) : within;
    this.list = this.form.querySelector("[data-list]");
    this.list.replaceChildren();
    this.shown = 0;
    this.form.querySelector(".rx-none").hidden = this.found.length > 0;
    this.showMore();
    this.form.dataset.ready = this.found.length;
  }

  /** How many items stood where before the first day and after the last one. */
  showNumbers(changes) {
    const { from, to } = this.state;
    const statuses = new Map();
    const count = () => {
      const values = [...statuses.values()];
      return { unfinished: values.filter((status) => UNFINISHED.has(status)).length, closed: values.filter((status) => status === "closed").length, total: values.length };
    };
    let before;
    for (const change of changes.toReversed?.() ?? [...changes].reverse()) {
      if (change.date > to) break;
      if (!before && change.date >= from) before = count();
      if (change.event === "found") statuses.set(change.item, "open");
      else if (change.status) statuses.set(change.item, change.status);
    }
    const after = count();
    before ??= after;
    for (const cell of this.form.querySelectorAll("[data-number]")) {
      const name = cell.dataset.number;
      cell.textContent = `${before[name]} → ${after[name]}`;
    }
  }

  showKinds(within) {
    const counts = new Map();
    for (const change of within) counts.set(kindOf(change), (counts.get(kindOf(change)) || 0) + 1);
    this.form.querySelector("[data-kinds]").replaceChildren(
      ...KINDS.filter((kind) => counts.has(kind) || this.state.kinds.includes(kind)).map((kind) => {
        const button = element("button", "rx-preset", nameOf(kind), " ", element("b", "", String(counts.get(kind) || 0)));
        button.type = "button";
        button.dataset.kind = kind;
        button.setAttribute("aria-pressed", this.state.kinds.includes(kind));
        return button;
      }),
    );
  }

  showMore() {
    for (const change of this.found.slice(this.shown, this.shown + PAGE)) {
      let day = this.list.lastElementChild;
      if (day?.dataset.day !== change.date) {
        day = element("section", "rx-day", element("h3", "rx-day__title", element("time", "", change.date)), element("ol", "rx-timeline"));
        day.dataset.day = change.date;
        this.list.append(day);
      }
      day.lastElementChild.append(this.eventOf(change));
    }
    this.shown = Math.min(this.found.length, this.shown + PAGE);
    const more = this.form.querySelector("[data-more]");
    more.hidden = this.shown >= this.found.length;
    more.textContent = text("changes.more", { n: this.found.length - this.shown });
  }

  eventOf(change) {
    const row = this.rows.get(change.item);
    const kind = kindOf(change);
    const mark = change.status ? badge(change.status) : element("b", "", nameOf(kind));
    const link = element("a", "", element("span", "rx-id", row.id), " ", row.title);
    link.href = itemAddress(row.id);
    const event = element("li", `rx-event rx-event--${kind}`, mark, " ", link);
    if (row.internal || change.visibility === "internal") event.append(" ", internalMark());
    // Who moved the item may be withheld: then it is not its unit that is named.
    if (change.by || change.visibility !== "internal") event.append(" ", element("span", "rx-event__by", change.by || row.unit));
    if (change.event === "due") event.append(" ", element("span", "rx-slip", `${change.due_from} → ${change.due_to}`));
    return event;
  }
}

export async function start(form) {
  if (form.dataset.started) return;
  form.dataset.started = "true";
  addTexts(JSON.parse(form.querySelector("[data-texts]").content.textContent));
  try {
    const [ledger, { changes }] = await Promise.all([loadRows(), loadData("api/v1/changes.json")]);
    if (!form.isConnected) return;
    form.querySelector("[data-fallback]").hidden = true;
    form.querySelector("[data-app]").hidden = false;
    form.page = new ChangesPage(form, ledger, changes);
  } catch (error) {
    console.warn(error); // the list that the build left in the page stays
  }
}
