// The questions: one field a variable, an error as a message beside its field, nothing kept.
"use strict";

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// Builds the fields and returns what the page needs of them.
function makeForm(engine, container) {
  const { sheet } = engine;
  const fields = new Map();

  function messages(index) {
    return [
      el("p", { class: "message", id: `message${index}`, role: "alert" }),
      el("p", { class: "remark", id: `remark${index}` }),
    ];
  }

  function hintOf(spec) {
    const whole = spec.integer ? ", whole number" : "";
    return spec.kind === "number" ? engine.rangeText(spec) + whole : "";
  }

  function numberInput(spec, index, labelled) {
    const negative = spec.hard === undefined || spec.hard[0] < 0;
    return el("input", {
      type: "text", id: `v${index}`, autocomplete: "off", spellcheck: "false", maxlength: 24,
      // A decimal keypad has no minus on some phones.
      inputmode: negative ? "text" : spec.integer ? "numeric" : "decimal",
      "aria-describedby": `hint${index} message${index} remark${index}`, ...labelled,
    });
  }

  function numberField(spec, index) {
    const input = numberInput(spec, index, {});
    const [message, remark] = messages(index);
    fields.set(spec.name, { spec, input, message, remark, value: () => input.value, mark: [input] });
    return el("div", { class: "field" },
      el("div", { class: "line" },
        el("div", {},
          el("label", { for: `v${index}`, class: "name" }, capital(spec.label)),
          el("span", { class: "range", id: `hint${index}` }, hintOf(spec))),
        input),
      message, remark);
  }

  const unknownText = (spec) => (spec.name === engine.siteVariable ? "another site, or not known" : "not known");

  function choiceField(spec, index) {
    const [message, remark] = messages(index);
    const options = ["", ...spec.levels].map((level, i) => {
      const radio = el("input", { type: "radio", name: `v${index}`, id: `v${index}_${i}`, value: level,
        autocomplete: "off", checked: level === "", class: level === "" ? "none" : "" });
      return { radio, label: el("label", {}, radio, el("span", {}, level === "" ? unknownText(spec) : level.replaceAll("_", " "))) };
    });
    const radios = options.map((option) => option.radio);
    fields.set(spec.name, { spec, input: radios[0], message, remark, mark: [],
      value: () => radios.find((radio) => radio.checked)?.value ?? "" });
    return el("fieldset", { class: "field wide", "aria-describedby": `message${index} remark${index}` },
      el("div", { class: "line" },
        el("legend", { class: "name" }, capital(spec.label)),
        el("div", { class: "choices" }, ...options.map((option) => option.label))),
      message, remark);
  }

  function selectField(spec, index) {
    const [message, remark] = messages(index);
    const select = el("select", { id: `v${index}`, autocomplete: "off", "aria-describedby": `message${index} remark${index}` },
      el("option", { value: "" }, unknownText(spec)),
      ...spec.levels.map((level) => el("option", { value: level }, level.replaceAll("_", " "))));
    fields.set(spec.name, { spec, input: select, message, remark, value: () => select.value, mark: [select] });
    return el("div", { class: "field" },
      el("div", { class: "line" },
        el("label", { for: `v${index}`, class: "name" }, capital(spec.label)), select),
      message, remark);
  }

  function sideRow(pair, number) {
    const row = el("div", { class: "row" });
    row.append(el("div", {},
      el("span", { class: "name", id: `row${number}` }, capital(pair.label)),
      el("span", { class: "range" }, hintOf(pair.right.spec))));
    const notes = [];
    for (const side of ["right", "left"]) {
      const { spec, index } = pair[side];
      const hint = el("span", { id: `hint${index}`, class: "spoken" }, hintOf(spec));
      const input = numberInput(spec, index, { "aria-labelledby": `row${number} ${side}side` });
      const [message, remark] = messages(index);
      fields.set(spec.name, { spec, input, message, remark, value: () => input.value, mark: [input], prefix: `${side}: ` });
      row.append(el("div", {}, input, hint));
      notes.push(message, remark);
    }
    row.append(...notes);
    return row;
  }

  // Both sides of one measurement stand in one row.
  const pairs = new Map();
  const alone = [];
  sheet.variables.forEach((spec, index) => {
    const side = spec.kind === "number" && /_(right|left)(_|$)/.exec(spec.name);
    const key = side ? spec.name.replace(side[0], "_*_") : null;
    if (!key) { alone.push({ spec, index }); return; }
    if (!pairs.has(key)) pairs.set(key, { label: spec.label.replace(/,? (right|left)$/, "") });
    pairs.get(key)[side[1]] = { spec, index };
  });
  for (const [key, pair] of pairs) {
    if (pair.right && pair.left) continue;
    alone.push(pair.right || pair.left);
    pairs.delete(key);
  }
  for (const { spec, index } of alone.sort((a, b) => a.index - b.index)) {
    const build = spec.kind === "number" ? numberField : spec.levels.length <= 2 ? choiceField : selectField;
    container.append(build(spec, index));
  }
  if (pairs.size) {
    container.append(el("div", { class: "sides", role: "group", "aria-label": "Measured on both sides" },
      el("div", { class: "row heads" }, el("span", {}),
        el("span", { id: "rightside" }, "right"), el("span", { id: "leftside" }, "left")),
      ...[...pairs.values()].map(sideRow)));
  }

  const USUAL = {
    UNUSUAL: (spec) => `Unusual: mostly ${engine.shown(spec.soft[0])} to ${engine.shown(spec.soft[1])}. It counts all the same.`,
    EXTRAPOLATION: (spec) => `Outside what the model has seen (${engine.shown(spec.training.low)} to ${engine.shown(spec.training.high)}).`,
    NOT_IN_TRAINING: () => "Nobody in the development cohort had this.",
  };

  // Marks one field; while a person still types, a message goes but none comes.
  function check(field, finished) {
    const one = engine.read(field.spec, field.value());
    if (one.code && !finished && !field.message.textContent) return;
    const message = one.code ? `${field.prefix || ""}${capital(field.spec.label)} ${one.rule}.${engine.knowsPeople ? " Leave it empty if it is not known." : ""}` : "";
    if (field.message.textContent !== message) field.message.textContent = message;
    const flag = one.value === undefined ? null : engine.flagOf(field.spec, one.value);
    field.remark.textContent = flag ? (field.prefix || "") + USUAL[flag](field.spec) : "";
    for (const node of field.mark) {
      if (one.code) node.setAttribute("aria-invalid", "true");
      else node.removeAttribute("aria-invalid");
    }
  }

  return {
    fields,
    given: () => Object.fromEntries([...fields].map(([name, field]) => [name, field.value()])),
    check,
    checkAll: () => { for (const field of fields.values()) check(field, true); },
    fieldOf: (node) => [...fields.values()].find((f) => f.input === node || f.mark.includes(node) ||
      (f.input.name && f.input.name === node.name)),
  };
}
