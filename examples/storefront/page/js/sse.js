// The lines of server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them.

/** Takes text in pieces however they are cut, and hands each whole message to `on`: `{event, data, id}`. */
export function parser(on) {
  let rest = '';
  let message = { event: '', data: [] };
  let lastId;

  const end = () => {
    if (message.data.length > 0) on({ event: message.event || 'message', data: message.data.join('\n'), id: lastId });
    message = { event: '', data: [] };
  };

  const take = (line) => {
    if (line === '') return end();
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') message.event = value;
    else if (field === 'data') message.data.push(value);
    else if (field === 'id' && !value.includes('\0')) lastId = value;
  };

  return (text) => {
    rest += text;
    // A carriage return at the end may be half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(take);
  };
}
