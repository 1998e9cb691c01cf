// The texts and thresholds that the build left in the page.
const data = JSON.parse(document.getElementById("rectify-data")?.textContent || '{"texts":{}}');

export const settings = data;

// The site's root, from where this script lies: assets/rectification/js/ below it.
export const root = new URL("../../../", import.meta.url);

/** Text of the interface language for `key`, with `{name}` filled from `facts`; `n` chooses one or many. */
export function text(key, facts = {}) {
  const form = facts.n === 1 || facts.n === -1 ? "one" : "other";
  const template = data.texts[`${key}.${form}`] ?? data.texts[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

/** Status, flag or other code in the reader's words; the code itself where there are none. */
export function label(section, code) {
  return data.texts[`${section}.${code}`] ?? code;
}

/** Add texts that only one page has. */
export function addTexts(texts) {
  Object.assign(data.texts, texts);
}

/** Address of an item's page. */
export function itemAddress(id) {
  return new URL(data.itemPage.replace("{id}", encodeURIComponent(id)), root).href;
}
