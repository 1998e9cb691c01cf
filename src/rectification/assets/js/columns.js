// The columns of the ledger's table: what each shows, sorts by, and says as plain text.
import { itemAddress, label, settings, text } from "./data.js";
import { flagOf } from "./today.js";

const SEVERITIES = ["high", "medium", "low", ""];
const compare = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true }).compare;

function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

export function badge(status) {
  return element("span", `rx-badge rx-badge--${status}`, label("status", status));
}

function flags(row) {
  return row.flags
    .filter((flag) => !["attention", "overdue", "due_soon", row.status].includes(flag))
    .map((flag) => element("span", `rx-flag rx-flag--${flag}`, label("flag", flag)));
}

function daysWords(left) {
  return left < 0 ? text("due.overdue", { n: -left }) : left === 0 ? text("due.today") : text("due.left", { n: left });
}

function days(row) {
  if (row.left === null) return [];
  const flag = flagOf(row.left);
  return [element("span", flag ? `rx-days rx-days--${flag}` : "rx-days", daysWords(row.left))];
}

function link(row) {
  const made = element("a", "", element("span", "rx-id", row.id), " ", row.title);
  made.href = itemAddress(row.id);
  return row.internal ? element("span", "", made, " ", internalMark()) : made;
}

/** What marks an item or an entry that is internal; on a public site, one whose details are withheld. */
export function internalMark() {
  return element("span", "rx-internal", settings.internalWord);
}

function due(row) {
  return [element("time", "", row.due), " ", ...days(row)];
}

function status(row) {
  return [badge(row.status), " ", ...flags(row).flatMap((flag) => [flag, " "])];
}

function measures(row) {
  if (!row.actions) return [];
  const bar = element("progress", "");
  bar.max = row.actions;
  bar.value = row.done;
  bar.setAttribute("aria-label", text("ledger.column.actions"));
  return [bar, ` ${row.done}/${row.actions}`];
}

const bySeverity = (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
const byStatus = (a, b) => settings.statuses.indexOf(a.status) - settings.statuses.indexOf(b.status);
const byText = (name) => (a, b) => compare(a[name], b[name]);
const byDay = (name) => (a, b) => (a[name] < b[name] ? -1 : a[name] > b[name] ? 1 : 0);
const byNumber = (name) => (a, b) => a[name] - b[name];

/** Name -> `shows` (nodes of a cell), `plain` (its text), `sorts` (order of two rows), `wide` (share of the width). */
export const COLUMNS = {
  title: { shows: (row) => [link(row)], sorts: byText("id"), wide: 4, least: 180 },
  unit: { sorts: byText("unit"), wide: 2, least: 100 },
  owner: { sorts: byText("owner"), wide: 1.5, least: 90 },
  category: { sorts: byText("category"), wide: 1.3, least: 90 },
  checklist: { sorts: byText("checklist"), wide: 2, least: 110 },
  site: { plain: (row) => row.site || text("ui.own_site"), sorts: byText("site"), wide: 1.2, least: 90 },
  severity: { plain: (row) => row.severity && label("severity", row.severity), sorts: bySeverity, wide: 0.8, least: 70 },
  mode: { plain: (row) => row.mode && label("mode", row.mode), sorts: byText("mode"), wide: 1, least: 80 },
  status: {
    shows: status,
    plain: (row) => [label("status", row.status), ...row.flags.filter((f) => f !== "attention").map((f) => label("flag", f))].join(text("ui.comma")),
    sorts: byStatus,
    wide: 1.5,
    least: 110,
  },
  due: { shows: due, plain: (row) => [row.due, row.left === null ? "" : daysWords(row.left)].join(" "), sorts: byDay("due"), wide: 1.4, least: 135 },
  found: { sorts: byDay("found"), wide: 1, least: 90 },
  since: { sorts: byDay("since"), wide: 1, least: 90 },
  slip: { plain: (row) => (row.slip ? text("ui.days", { n: row.slip }) : ""), sorts: byNumber("slip"), wide: 0.8, least: 70 },
  open: { plain: (row) => text("ui.days", { n: row.open }), sorts: byNumber("open"), wide: 0.8, least: 70 },
  actions: { shows: measures, plain: (row) => (row.actions ? `${row.done}/${row.actions}` : ""), sorts: (a, b) => a.done / (a.actions || 1) - b.done / (b.actions || 1), wide: 1, least: 80 },
  evidence: { plain: (row) => row.evidence || "", sorts: byNumber("evidence"), wide: 0.7, least: 60 },
};

export const DEFAULT_COLUMNS = ["unit", "category", "status", "due", "actions"];

function cardOf(row) {
  const facts = element("p", "rx-row__facts", ...status(row), ...days(row), " ", element("span", "", row.unit), " ", element("time", "", row.due));
  return element("div", "rx-row", link(row), facts);
}

/**
 * The columns of `names` as Tabulator takes them; `card` is the only one on a narrow screen. `orderOf` gives the
 * order of two rows when the table is sorted by a column, in a direction.
 */
export function tableColumns(names, orderOf) {
  const sorter = (name) => (_a, _b, one, other, _column, direction) => orderOf(name, one.getData(), other.getData(), direction);
  return names.map((name) => {
    if (name === "card")
      return { field: name, title: text("field.title"), headerSort: false, sorter: sorter(name), formatter: (cell) => cardOf(cell.getData()) };
    const column = COLUMNS[name];
    return {
      field: name,
      title: text(`ledger.column.${name}`),
      widthGrow: column.wide,
      minWidth: column.least,
      sorter: sorter(name),
      formatter: (cell) => {
        const row = cell.getData();
        return element("span", "", ...(column.shows ? column.shows(row) : [column.plain ? column.plain(row) : row[name]]));
      },
    };
  });
}

/** The order of two rows by a column, ascending. */
export function compareBy(name, ledger) {
  if (name !== "unit") return COLUMNS[name].sorts;
  const place = new Map(ledger.units.map(([unit], n) => [unit, n])); // down the tree, as the facet shows it
  return (a, b) => (place.get(a.unit) ?? -1) - (place.get(b.unit) ?? -1);
}
