// Suggestions that wait: accepted, declined, or taken back.

import { edit } from './cart.js';
import { byId, el, keyed, setText } from './dom.js';
import { during, say } from './feedback.js';
import { onChange, state } from './state.js';
import { person, proposal } from './words.js';

export function startSuggestions() {
  onChange(() => {
    byId('suggestions-part').hidden = state.suggestions.length === 0;
    setText(byId('suggestions-title'), state.visiting ? 'Your suggestions' : 'Suggestions');
    keyed(byId('suggestions'), state.suggestions, ({ suggestion_id: id }) => id, row, update);
  });
}

function row(suggestion) {
  return el('li', {},
    el('div', {},
      el('p', { className: 'what' }),
      el('p', { className: 'by' }),
      suggestion.comment && el('p', { className: 'comment' }, suggestion.comment)),
    el('div', { className: 'buttons' }, buttons(suggestion)));
}

function update(row, suggestion) {
  const what = proposal(suggestion) + (suggestion.stale ? ' (it is gone)' : '');
  setText(row.querySelector('.what'), what);
  setText(row.querySelector('.by'), state.visiting ? 'waits for the owner' : `by ${person(suggestion.by, suggestion.name)}`);
}

function buttons(suggestion) {
  const id = suggestion.suggestion_id;
  const button = (label, className, doing) => el('button', {
    type: 'button',
    className,
    'aria-label': `${label}: ${proposal(suggestion)}`,
    onclick: ({ currentTarget }) => during(currentTarget, byId('suggestions-problem'), doing),
  }, label);
  const isOwn = state.visiting || (suggestion.by.user_id && suggestion.by.user_id === state.user);
  return [
    state.can.has('edit_lines') && button('Accept', 'primary', async () => {
      await edit('POST', '/suggestions/accept', { suggestion_ids: [id] });
      say('Accepted.', 'done');
    }),
    state.can.has('edit_lines') && button('Decline', '', () => edit('POST', '/suggestions/decline', { suggestion_ids: [id] })),
    isOwn && !state.can.has('edit_lines') && button('Take back', '', () => edit('DELETE', `/suggestions/${id}`)),
  ];
}
