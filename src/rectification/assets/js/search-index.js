// Pagefind's index: loading it, asking it, and making text again of what it holds.
//
// The build gives the index Chinese as pairs of neighbouring characters (电子台账 as 电子 子台 台账 账), each
// pair a word; what is asked for is cut in the same way. See site/search.py.
import { root } from "./data.js";
import { loadData } from "./load.js";

// The same characters, and the same mark, as in site/search.py.
const HAN_RANGES = "\\u3005\\u3007\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const HAN = `[${HAN_RANGES}]`;
const GLUE = "\u2063"; // stands before a space that the page itself does not have
const EXCERPT = 56; // words, or Chinese characters, of an excerpt
const LEAD = 10; // of them, how many stand before the first word found

const RUN = new RegExp(`${HAN}+|[^\\s${HAN_RANGES}]+`, "gu");
const IS_HAN = new RegExp(`^${HAN}`, "u");
const PAIR = new RegExp(`${HAN}{2}$`, "u");
const WORD = /[\p{L}\p{N}]/u;
const EDGES = /^[^\p{L}\p{N}]*|[^\p{L}\p{N}]*$/gu;

let names; // name of a fragment -> id of its item
let engine; // the promise of Pagefind's module, asked for when the search is first opened

/** Load Pagefind once. Rejects where it cannot be had, as on a site without its index. */
function load() {
  engine ??= start().catch((error) => {
    engine = undefined; // the next opening may have more luck
    throw error;
  });
  return engine;
}

async function start() {
  if (location.protocol === "file:") throw new Error("a page opened as a file has no index to ask");
  const module = await import(new URL("pagefind/pagefind.js", root).href);
  // Pagefind reads the page's language when it starts, and would cut Chinese by the browser's dictionary.
  const page = document.documentElement;
  const language = page.getAttribute("lang");
  page.setAttribute("lang", "en");
  const started = module.init();
  if (language === null) page.removeAttribute("lang");
  else page.setAttribute("lang", language);
  await started;
  await module.filters();
  return module;
}

/** Chinese as the index holds it: pairs of characters, or the one character there is. */
function pairs(run) {
  const characters = [...run];
  if (characters.length === 1) return run;
  return characters.slice(1).map((character, n) => characters[n] + character).join(" ");
}

function runs(query) {
  return query.match(RUN) || [];
}

/** A query as the index holds its words. */
function cut(query) {
  return runs(query)
    .map((run) => (IS_HAN.test(run) ? pairs(run) : run))
    .join(" ");
}

/** The runs of a query, a long one of Chinese taken apart into the words of two characters or more in it. */
function words(query) {
  if (!Intl.Segmenter) return runs(query);
  const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
  return runs(query).flatMap((run) => {
    if (!IS_HAN.test(run)) return [run];
    const found = [...segmenter.segment(run)].map(({ segment }) => segment).filter((word) => word.length > 1);
    return found.length ? found : [run];
  });
}

/**
 * Ask for `query` (may be empty) with the chosen `filters`, a value a name. Resolves to the `results`, the
 * `terms` to mark in them, and for each filter the `counts` of what choosing a value there would leave.
 */
export async function ask(query, filters) {
  const pagefind = await load();
  const terms = runs(query);
  if (!terms.length && !Object.keys(filters).length)
    return { results: [], terms, counts: await pagefind.filters() };
  let asked = cut(query) || null;
  let answer = await pagefind.search(asked, { filters });
  if (asked && !answer.unfilteredResultCount) {
    asked = words(query).map(cut).join(" "); // nowhere as it stands: its words, which may stand apart
    answer = await pagefind.search(asked, { filters });
  }
  const counts = { ...answer.filters };
  for (const name of Object.keys(filters)) {
    const others = Object.fromEntries(Object.entries(filters).filter(([other]) => other !== name));
    counts[name] = (await pagefind.search(asked, { filters: others })).filters[name];
  }
  return { results: answer.results, terms: terms.filter((term) => WORD.test(term)), counts };
}

/**
 * Text as it stands in the page, in pieces `{ text, marked }`, from words of the index; marked are the terms
 * and the words at the `found` numbers.
 */
function restore(tokens, terms, found = new Set()) {
  let text = "";
  const marked = [];
  tokens.forEach((token, n) => {
    const last = n === tokens.length - 1;
    const pair = PAIR.test(token);
    let piece = token.replaceAll(GLUE, "");
    if (pair && !last) piece = [...piece].slice(0, -1).join("");
    if (found.has(n) && !PAIR.test(token)) {
      const [before, after] = [...piece.matchAll(EDGES)].map((edge) => edge[0].length);
      marked.push([text.length + before, text.length + piece.length - (after || 0)]);
    }
    text += piece;
    if (!last && !pair && !token.endsWith(GLUE)) text += " ";
  });
  const lower = text.toLowerCase();
  for (const term of terms) {
    const whole = term.toLowerCase();
    for (const word of lower.includes(whole) ? [whole] : words(whole))
      for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
        marked.push([at, at + word.length]);
  }
  return pieces(text, marked.sort((a, b) => a[0] - b[0]));
}

function pieces(text, ranges) {
  const made = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) made.push({ text: text.slice(at, from), marked: false });
    if (to > Math.max(at, from)) made.push({ text: text.slice(Math.max(at, from), to), marked: true });
    at = Math.max(at, to);
  }
  if (at < text.length) made.push({ text: text.slice(at), marked: false });
  return made;
}

/** What to show of one result: its address, its facts, and its title and an excerpt in pieces. */
export async function read(result, terms) {
  const page = await result.data();
  const { title = "", address } = page.meta;
  return {
    url: new URL(address || "./", root).href,
    facts: page.meta,
    title: restore(title.split(" "), terms),
    excerpt: excerpt(page, terms),
  };
}

/** The part of a page in which most of what was asked for stands; an item's from its problem on. */
function excerpt(page, terms) {
  const tokens = page.content.split(" ");
  const heading =
    (page.meta.id && page.anchors.find(({ id }) => id === "problem")) ||
    page.anchors.find(({ element }) => element === "h1");
  const start = heading ? heading.location + heading.text.trim().split(/\s+/).length : 0;
  const places = page.locations.filter((place) => place >= start).sort((a, b) => a - b);
  let best = start;
  let most = 0;
  places.forEach((place, n) => {
    const near = places.slice(n).filter((other) => other < place + EXCERPT - LEAD).length;
    if (near > most) [best, most] = [place, near];
  });
  const from = Math.max(start, Math.min(best - LEAD, tokens.length - EXCERPT));
  const shown = tokens.slice(from, from + EXCERPT);
  const made = restore(shown, terms, new Set(places.map((place) => place - from)));
  if (from > start) made.unshift({ text: "… ", marked: false });
  if (from + EXCERPT < tokens.length) made.push({ text: " …", marked: false });
  return made;
}

/** Ids of all items in which `query` is found: of each result only the name of its fragment is needed. */
export async function findItems(query) {
  const [{ results }, { ids, fragments }] = await Promise.all([ask(query, {}), loadData("pagefind/items.json")]);
  names ??= new Map(fragments.map((fragment, n) => [fragment, ids[n]]));
  return new Set(results.map(({ id }) => names.get(id)).filter(Boolean));
}
