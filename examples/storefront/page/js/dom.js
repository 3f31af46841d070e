// Elements without markup: what comes from people is only ever text.

/** An element with properties, listeners (`onclick`) and attributes (names with a dash, `role`, `for`), and children. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if (name.includes('-') || name === 'role' || name === 'for') node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Sets text only where it differs, so that nothing is announced or redrawn that stayed as it was. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Makes a control wait, or not. It keeps its focus, as one that is disabled would not. */
export function setWaiting(control, isWaiting) {
  if (isWaiting) control.setAttribute('aria-disabled', 'true');
  else control.removeAttribute('aria-disabled');
}

/** Sets the value of a control, but not under somebody's fingers. */
export function setValue(control, value) {
  if (document.activeElement !== control && control.value !== value) control.value = value;
}

/**
 * Makes the children of `parent` those of `items`: the child of a known key is updated where it is, so that it keeps its
 * focus, and whatever is not listed goes.
 */
export function keyed(parent, items, keyOf, make, update = () => {}) {
  const keys = items.map((item) => String(keyOf(item)));
  const wasFocused = dropOthers(parent, new Set(keys));
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  items.forEach((item, i) => {
    const child = known.get(keys[i]) ?? make(item);
    child.dataset.key = keys[i];
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    update(child, item);
  });
  if (wasFocused >= 0) refocus(parent, wasFocused);
}

/** Removes children with other keys, and answers the place of the one that had the focus, or -1. */
function dropOthers(parent, keys) {
  let wasFocused = -1;
  [...parent.children].forEach((child, i) => {
    if (keys.has(child.dataset.key)) return;
    if (child.contains(document.activeElement)) wasFocused = i;
    child.remove();
  });
  return wasFocused;
}

/** Focus that went with what it was on goes to what is there now, or to the part of the page around it. */
function refocus(parent, place) {
  const there = parent.children[Math.min(place, parent.children.length - 1)];
  const nearest = there?.querySelector('button, input, select') ?? parent.closest('[tabindex]');
  nearest?.focus({ preventScroll: true });
}

/** The options of a select, of which the chosen one stays chosen. */
export function setOptions(select, options, chosen) {
  const same = select.options.length === options.length
    && options.every(({ value, label }, i) => select.options[i].value === value && select.options[i].label === label);
  if (!same) select.replaceChildren(...options.map(({ value, label }) => el('option', { value, label, textContent: label })));
  setValue(select, chosen);
}
