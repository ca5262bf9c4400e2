// What a browser keeps of a talk. A file in a frame may have no store: then a reload forgets.

/** Until its window is closed. */
export const ofWindow = () => sessionStorage;
/** For all talks on this computer. */
export const ofComputer = () => localStorage;

/** @param {() => Storage} store @param {string} name @param {any} otherwise */
export function stored(store, name, otherwise) {
  try { return JSON.parse(store().getItem(name)) ?? otherwise; } catch { return otherwise; }
}

/** @param {() => Storage} store @param {string} name @param {unknown} value */
export function keep(store, name, value) {
  try { store().setItem(name, JSON.stringify(value)); } catch { /* none */ }
}
