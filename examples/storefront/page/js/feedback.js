// What is said to the shopper: messages that pass, and problems beside what they are about.

import { Problem, Unreachable } from './api.js';
import { byId, el, setText } from './dom.js';
import { problem } from './words.js';

const STAYS = 5_000;

/** A message in the corner, which is also read out. */
export function say(text, kind = 'news') {
  const message = el('p', { className: `toast ${kind}` }, text);
  byId('toasts').append(message);
  if (byId('toasts').children.length > 2) byId('toasts').firstElementChild.remove();
  setTimeout(() => message.remove(), STAYS);
}

/** Says what went wrong at the place that it is about; what nobody expected goes on to the console as well. */
export function sayProblem(place, error) {
  const isExpected = error instanceof Problem || error instanceof Unreachable;
  if (!isExpected) console.error(error);
  const text = isExpected ? problem(error) : 'Something went wrong on this page.';
  setText(place, text);
  place.hidden = false;
}

export function clearProblem(place) {
  setText(place, '');
  place.hidden = true;
}

/**
 * Does something that a control asks for, once at a time, and says at `place` if it went wrong. The control keeps its focus,
 * so it is only marked as busy. Answers whether it was done.
 */
export async function during(control, place, doing) {
  if (control.hasAttribute('aria-busy') || control.hasAttribute('aria-disabled')) return false;
  control.setAttribute('aria-busy', 'true');
  clearProblem(place);
  try {
    await doing();
    return true;
  } catch (error) {
    sayProblem(place, error);
    return false;
  } finally {
    control.removeAttribute('aria-busy');
  }
}
