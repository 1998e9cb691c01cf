// What you see is what you export: the rows of the view, each with every field of its item, and the day it holds for.
import { itemAddress, label, root, settings, text } from "./data.js";
import { loadData, loadLibrary } from "./load.js";

// A cell that a spreadsheet could take for a formula, also behind blanks and in full-width signs.
const FORMULA = /^[\s\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/;

/** The items of `rows` with every field, in their order. Rejects where their files cannot be had. */
async function loadItems(rows) {
  const slugs = [...new Set(rows.map((row) => row.slug))];
  const files = await Promise.all(slugs.map((slug) => loadData(`api/v1/checklists/${encodeURIComponent(slug)}.json`)));
  const items = new Map(files.flatMap((file) => file.items).map((item) => [item.id, item]));
  return rows.map((row) => ({ row, item: items.get(row.id) }));
}

const lines = (parts) => parts.filter(Boolean).join("\n");
const words = (parts) => parts.filter(Boolean).join(" ");
const listed = (values) => (values || []).join("\n");
const named = (section, code) => (code ? label(section, code) : "");

const markOf = (part) => (part.visibility === "internal" ? text("ui.internal_mark") : "");
const proofs = (part) => [...(part.evidence || []), ...(part.internal_evidence || []).map((name) => text("ui.internal_mark") + name)];

function actionText(action, n) {
  const planned = action.due && `${text("ui.planned")} ${action.due}`;
  const actual = action.done ? `${text("ui.actual")} ${action.done}` : text("ui.action_open");
  return lines([`${n + 1}. ${action.text}`, words([action.unit, planned, actual, ...proofs(action), markOf(action)])]);
}

function entryText(entry) {
  const review = entry.review && `${text("field.review")} ${entry.review}`;
  const merged = entry.merged_into && `${text("ui.merged_into")} ${entry.merged_into}`;
  const sustained = entry.sustained && text("ui.sustained");
  const head = words([entry.date, named("status", entry.status), entry.by, sustained, review, merged, markOf(entry)]);
  return lines([head, entry.note, entry.reason && `${text("field.reason")}: ${entry.reason}`, ...proofs(entry)]);
}

const changeText = (change) => lines([`${change.on}: ${change.from} → ${change.to}`, words([change.by, change.reason])]);

function judgementText(feedback) {
  if (!feedback) return "";
  const percent = feedback.total ? Math.round((100 * feedback.satisfied) / feedback.total) : 0;
  return `${text("ui.feedback", { satisfied: feedback.satisfied, total: feedback.total, percent })} ${feedback.date}`;
}

const noticeText = (notice) => (notice ? words([`${notice.from} – ${notice.to}`, notice.contact]) : "");
const sourceText = (source) => (source ? words([source.kind, source.document, source.place, source.date, source.link]) : "");
const extraText = (extra) => lines(Object.entries(extra || {}).map(([key, value]) => `${key}: ${value}`));

/** The files of an item, those marked that only its internal parts name. */
function filesText(item) {
  const parts = [...(item.actions || []), ...(item.log || [])];
  const shown = new Set(parts.filter((part) => part.visibility !== "internal").flatMap((part) => part.evidence || []));
  const files = item.derived?.evidence || [];
  return lines(files.map((file) => `${shown.has(file.file) ? "" : text("ui.internal_mark")}${file.file} SHA-256 ${file.sha256}`));
}

const flagsText = (row) => row.flags.filter((flag) => flag !== "attention").map((flag) => label("flag", flag)).join(text("ui.comma"));

const internal = settings.audience === "internal";
// What an internal site's files say beside: of each item who may see it, and of themselves.
const VISIBILITY = ["field.visibility", ({ item }) => named("visibility", item.visibility || "public"), 8];

/** Every field in its order: key of its heading, its value, its width in characters. */
const FIELDS = [
  ["field.id", ({ row }) => row.id, 14],
  ["field.title", ({ row }) => row.title, 30],
  ["field.status", ({ row }) => label("status", row.status), 10],
  ["ledger.column.flag", ({ row }) => flagsText(row), 12],
  ["field.unit", ({ row }) => row.unit, 20],
  ["field.owner", ({ item }) => item.owner, 16],
  ["field.partners", ({ item }) => listed(item.partners), 18],
  ["field.checklist", ({ row }) => row.checklist, 22],
  ["field.category", ({ item }) => item.category, 12],
  ["field.severity", ({ item }) => named("severity", item.severity), 8],
  ["field.mode", ({ item }) => named("mode", item.mode), 10],
  ["field.found", ({ row }) => row.found, 12],
  ["field.due", ({ row }) => row.due, 12],
  ["ledger.column.slip", ({ row }) => row.slip, 8],
  ["ledger.column.since", ({ row }) => row.since, 12],
  ["ledger.column.left", ({ row }) => row.left, 8],
  ["ledger.column.open", ({ row }) => row.open, 8],
  ["ledger.description", ({ item }) => item.problem, 40],
  ["section.cause", ({ item }) => item.cause, 30],
  ["section.goal", ({ item }) => item.goal, 30],
  ["section.actions", ({ item }) => lines((item.actions || []).map(actionText)), 40],
  ["section.timeline", ({ item }) => lines((item.log || []).map(entryText)), 40],
  ["section.due_changes", ({ item }) => lines((item.due_changes || []).map(changeText)), 24],
  ["section.evidence", ({ item }) => filesText(item), 24],
  ["section.feedback", ({ item }) => judgementText(item.feedback), 20],
  ["section.notice", ({ item }) => noticeText(item.notice), 20],
  ["field.source", ({ item }) => sourceText(item.source), 24],
  ["section.related", ({ item }) => listed(item.related), 14],
  ["section.waive", ({ item }) => extraText(item.waive), 20],
  ["section.extra", ({ item }) => extraText(item.extra), 20],
  ["ledger.address", ({ row }) => itemAddress(row.id), 24],
];
if (internal) FIELDS.splice(-1, 0, VISIBILITY);

async function tableOf(view) {
  const items = await loadItems(view.rows);
  const asOf = text("ledger.as_of");
  const head = [...FIELDS.map(([key]) => text(key)), asOf];
  const body = items.map((each) => [...FIELDS.map(([, value]) => value(each) ?? ""), view.day]);
  return { head, body };
}

function nameOf(view, ending) {
  return `${text("ledger.file_name")}-${view.day}.${ending}`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export async function exportCsv(view) {
  const [{ head, body }] = await Promise.all([tableOf(view), loadLibrary("papaparse.min.js")]);
  const csv = globalThis.Papa.unparse({ fields: head, data: body }, { escapeFormulae: FORMULA, newline: "\r\n" });
  // The byte order mark tells spreadsheets that this is UTF-8.
  save(new Blob(["\ufeff", csv, "\r\n"], { type: "text/csv;charset=utf-8" }), nameOf(view, "csv"));
}

export async function exportXlsx(view) {
  const [{ head, body }] = await Promise.all([tableOf(view), loadLibrary("write-excel-file.min.js")]);
  const heading = (value) => ({ value, type: String, fontWeight: "bold", wrap: true, alignVertical: "top" });
  // A text cell stays text, whatever it begins with.
  const cell = (value) =>
    typeof value === "number" ? { value, type: Number } : value ? { value: String(value).slice(0, 32767), type: String, wrap: true, alignVertical: "top" } : null;
  const facts = [
    [text("ledger.as_of"), view.day],
    [text("ledger.items"), String(body.length)],
    [text("ledger.view"), view.words.join(text("ui.comma")) || text("filter.all")],
    [text("ledger.address"), view.address],
    [text("ledger.site"), root.href],
    ...(internal ? [[text("field.visibility"), text("ui.internal_notice")]] : []),
  ];
  const sheets = [
    {
      sheet: text("listing.ledger"),
      data: [head.map(heading), ...body.map((line) => line.map(cell))],
      columns: [...FIELDS.map(([, , width]) => ({ width })), { width: 12 }],
      stickyRowsCount: 1,
    },
    {
      sheet: text("ledger.about"),
      data: facts.map(([name, value]) => [heading(name), { value, type: String, wrap: true }]),
      columns: [{ width: 16 }, { width: 80 }],
    },
  ];
  save(await globalThis.writeXlsxFile(sheets).toBlob(), nameOf(view, "xlsx"));
}

/** Print every field of the rows: one block an item, under a line that says what and as of when. */
export async function exportPrint(view) {
  const { head, body } = await tableOf(view);
  const { part } = view;
  const title = document.createElement("p");
  const notice = internal ? [text("ui.internal_notice")] : [];
  title.textContent = [...notice, `${text("ledger.as_of")} ${view.day}`, ...view.words, text("ledger.items_n", { n: body.length })].join(" · ");
  const blocks = body.map((line) => {
    const block = document.createElement("section");
    const heading = document.createElement("h3");
    heading.textContent = `${line[0]} ${line[1]}`;
    const list = document.createElement("dl");
    line.forEach((value, n) => {
      if (n < 2 || n >= line.length - 2 || value === "" || value === null) return;
      const [name, said] = [document.createElement("dt"), document.createElement("dd")];
      name.textContent = head[n];
      said.textContent = value;
      const pair = document.createElement("div");
      pair.append(name, said);
      list.append(pair);
    });
    block.append(heading, list);
    return block;
  });
  part.replaceChildren(title, ...blocks);
  part.dataset.full = "now";
  window.print();
  delete part.dataset.full;
}
