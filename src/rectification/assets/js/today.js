// Status that is never stale: whatever depends on the day is worked out again for the reader's own day.
import { settings, text } from "./data.js";

const DAY = 86400000;

/** The reader's day as a whole number of days, free of time zones and summer time. */
export function today() {
  const now = new Date();
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY;
}

export function isoOf(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** Days from the reader's day to an ISO date; negative once it is past. */
export function daysLeft(iso) {
  return Date.parse(`${iso}T00:00:00Z`) / DAY - today();
}

/** `overdue`, `due_soon` or an empty string for an unfinished item that has so many days left. */
export function flagOf(left) {
  if (left < 0) return "overdue";
  return left <= settings.dueSoonDays ? "due_soon" : "";
}

function showDays(element) {
  const left = daysLeft(element.dataset.due);
  const flag = flagOf(left);
  element.textContent =
    left < 0 ? text("due.overdue", { n: -left }) : left === 0 ? text("due.today") : text("due.left", { n: left });
  element.className = flag ? `rx-days rx-days--${flag}` : "rx-days";
}

function showCounts(element) {
  const counts = { overdue: 0, due_soon: 0 };
  for (const [due, number] of Object.entries(JSON.parse(element.dataset.dues))) {
    const flag = flagOf(daysLeft(due));
    if (flag) counts[flag] += number;
  }
  for (const cell of element.querySelectorAll("[data-count]")) cell.textContent = counts[cell.dataset.count];
}

function showRow(row) {
  const flags = row.dataset.flags.split(" ").filter((flag) => flag && flag !== "overdue" && flag !== "due_soon");
  const flag = row.dataset.due ? flagOf(daysLeft(row.dataset.due)) : "";
  row.dataset.flags = (flag ? [flag, ...flags] : flags).join(" ");
}

function showLiveTable(wrap) {
  const wanted = wrap.dataset.live.split(" ");
  let shown = 0;
  let fitting = 0;
  for (const row of wrap.querySelectorAll("[data-flags]")) {
    const fits = row.dataset.flags.split(" ").some((flag) => wanted.includes(flag));
    if (fits) fitting += 1;
    row.hidden = !fits || shown >= Number(wrap.dataset.limit);
    if (!row.hidden) shown += 1;
  }
  wrap.querySelector(".rx-none").hidden = shown > 0;
  const group = wrap.closest(".rx-group");
  if (!group) return;
  group.hidden = shown === 0;
  group.querySelector("[data-shown]").textContent = fitting;
}

function showNotice(element) {
  const [from, to] = element.dataset.notice.split("/").map(daysLeft);
  element.textContent = text(from > 0 ? "notice.coming" : to < 0 ? "notice.ended" : "notice.now");
}

export function start() {
  document.querySelectorAll("[data-notice]").forEach(showNotice);
  document.querySelectorAll(".rx-days[data-due]").forEach(showDays);
  document.querySelectorAll("[data-dues]").forEach(showCounts);
  document.querySelectorAll("[data-flags]").forEach(showRow);
  document.querySelectorAll("[data-live]").forEach(showLiveTable);
  for (const element of document.querySelectorAll("[data-asof]"))
    element.textContent = text("due.as_read", { day: isoOf(today()) });
}
