// Shows the document. Everything that comes from it is put in as text, never as markup.

const element = (name, content = [], attributes = {}) => {
  const made = document.createElement(name);
  made.append(...[content].flat().filter((part) => part !== undefined && part !== null));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const pretty = (value) => element("pre", JSON.stringify(value, null, 2));

const folded = (title, content) => {
  const made = element("details", element("summary", title));
  // Filled when it is opened: most of the document is never looked at.
  made.addEventListener("toggle", () => made.childElementCount === 1 && made.append(...[content()].flat()), { once: true });
  return made;
};

const resolver = (whole) => (value) => {
  if (!value || typeof value.$ref !== "string") return value;
  const path = value.$ref.replace(/^#\//, "").split("/");
  return path.reduce((within, name) => within?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], whole);
};

const referred = (value, found = new Set()) => {
  if (value && typeof value === "object") {
    if (typeof value.$ref === "string") found.add(value.$ref);
    Object.values(value).forEach((within) => referred(within, found));
  }
  return found;
};

const schema = (value, resolve) => {
  const names = [...referred(value)];
  const others = names.map(($ref) => folded($ref.split("/").pop(), () => schema(resolve({ $ref }), resolve)));
  return [pretty(value), ...others];
};

const content = (forms, resolve) =>
  Object.entries(forms ?? {}).flatMap(([media, form]) => [
    element("p", element("code", media)),
    form.example === undefined ? null : folded("example", () => pretty(form.example)),
    ...Object.entries(form.examples ?? {}).map(([name, example]) => folded(`example: ${name}`, () => pretty(example.value))),
    form.schema ? folded("schema", () => schema(form.schema, resolve)) : null,
  ]);

const parameters = (list, resolve) => {
  if (!list?.length) return null;
  const row = (one) =>
    element("tr", [
      element("td", element("code", one.name)),
      element("td", one.in + (one.required ? ", required" : "")),
      element("td", [one.description ?? "", pretty(one.schema)]),
    ]);
  return element("table", element("tbody", list.map(resolve).map(row)));
};

const answers = (responses, resolve) =>
  Object.entries(responses).map(([status, response]) => {
    const known = resolve(response);
    return folded(`${status} ${known.description}`, () => [
      element("p", ["Headers: ", Object.keys(known.headers ?? {}).join(", ") || "none"]),
      ...content(known.content, resolve),
    ].filter(Boolean));
  });

const operation = (path, method, described, resolve) => {
  const title = [element("span", method, { class: "method" }), element("code", path), ` ${described.summary}`];
  const made = folded(title, () => [
    element("p", [element("code", described.operationId), described.security.length ? "" : ", for anybody"], { class: "says" }),
    parameters(described.parameters, resolve),
    ...(described.requestBody ? [element("h3", "Body"), ...content(described.requestBody.content, resolve)] : []),
    element("h3", "Answers"),
    ...answers(described.responses, resolve),
  ].filter(Boolean));
  made.dataset.text = `${method} ${path} ${described.operationId} ${described.summary}`.toLowerCase();
  return made;
};

const METHODS = ["get", "post", "put", "patch", "delete"];

const byMethod = ([one], [other]) => METHODS.indexOf(one) - METHODS.indexOf(other);

const show = (whole) => {
  const resolve = resolver(whole);
  const all = Object.entries(whole.paths).flatMap(([path, item]) =>
    Object.entries(item).toSorted(byMethod).map(([method, described]) => ({ tag: described.tags[0], made: operation(path, method, described, resolve) })));
  document.getElementById("about").textContent = whole.info.description;
  document.getElementById("operations").replaceChildren(...whole.tags.map((tag) =>
    element("section", [
      element("h2", tag.name),
      element("p", tag.description, { class: "says" }),
      ...all.filter((one) => one.tag === tag.name).map((one) => one.made),
    ])));
  document.getElementById("find").addEventListener("input", ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    all.forEach(({ made }) => { made.hidden = !made.dataset.text.includes(wanted); });
  });
};

try {
  const answer = await fetch("/openapi.json", { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`the document was answered with ${answer.status}`);
  show(await answer.json());
} catch (error) {
  document.getElementById("about").textContent = `The description cannot be shown: ${error.message}`;
}
