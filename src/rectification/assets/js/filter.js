// The ledger page's filter. Its state is in the address, so that a view can be shared and come back to.
import { text } from "./data.js";

const LISTS = ["status", "flag"];
const CHOICES = ["unit", "category", "checklist"];

function readAddress(form) {
  const query = new URLSearchParams(location.search);
  for (const name of LISTS) {
    const values = (query.get(name) || "").split(",");
    for (const box of form.querySelectorAll(`[name=${name}]`)) box.checked = values.includes(box.value);
  }
  for (const name of CHOICES) form.elements[name].value = query.get(name) || "";
  form.elements.q.value = query.get("q") || "";
}

function stateOf(form) {
  const state = {};
  for (const name of LISTS)
    state[name] = [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  for (const name of CHOICES) state[name] = form.elements[name].value;
  state.q = form.elements.q.value.trim();
  return state;
}

function writeAddress(state) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value.length) query.set(name, String(value));
  const search = query.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", search ? `?${search}` : location.pathname);
}

/** Whether a row fits the state, leaving out the field `except` (to count what choosing there would show). */
function fits(row, state, except) {
  if (except !== "status" && state.status.length && !state.status.includes(row.status)) return false;
  if (except !== "flag" && state.flag.length && !state.flag.some((flag) => row.flags.includes(flag))) return false;
  if (state.unit && !row.units.includes(state.unit)) return false;
  if (state.category && row.category !== state.category) return false;
  if (state.checklist && row.checklist !== state.checklist) return false;
  return state.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => row.words.includes(word));
}

export function start() {
  const form = document.querySelector("[data-filter]");
  const wrap = document.querySelector("[data-ledger]");
  if (!form || !wrap || form.dataset.started) return;
  form.dataset.started = "true";
  const rows = [...wrap.querySelectorAll("tbody tr")].map((element) => ({
    element,
    status: element.dataset.status,
    flags: element.dataset.flags.split(" "),
    units: element.dataset.unit.split("|"),
    category: element.dataset.category,
    checklist: element.dataset.checklist,
    words: element.textContent.toLowerCase(),
  }));

  function show() {
    const state = stateOf(form);
    let shown = 0;
    for (const row of rows) {
      row.element.hidden = !fits(row, state);
      if (!row.element.hidden) shown += 1;
    }
    for (const name of LISTS) {
      const possible = rows.filter((row) => fits(row, state, name));
      for (const box of form.querySelectorAll(`[name=${name}]`)) {
        const held = (row) => (name === "status" ? row.status === box.value : row.flags.includes(box.value));
        box.parentElement.querySelector("[data-count]").textContent = possible.filter(held).length;
      }
    }
    form.querySelector("[data-shown]").textContent = text("filter.shown", { n: shown, total: rows.length });
    wrap.querySelector(".rx-none").hidden = shown > 0;
    writeAddress(state);
  }

  readAddress(form);
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  show();
}
