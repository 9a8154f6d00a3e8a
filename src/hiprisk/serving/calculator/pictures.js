// Pictures as SVG, drawn from numbers; every number in them stands as text beside them too.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

// Intervals of a patient and of the reference patient on the outcome's scale.
// rows: [{label, point, inner: [low, high], outer: [low, high], isReference}], marks beside the first.
function intervalPicture({ low, high, rows, now, error, ends, width, label }) {
  const left = 8, right = width - 8, step = 42, top = 6;
  const x = (value) => left + (Math.min(Math.max(value, low), high) - low) / (high - low) * (right - left);
  const parts = [];
  let y = top;
  rows.forEach((row) => {
    const kind = row.isReference ? ["other", "otherinner", "otherdot"] : ["outer", "inner", "dot"];
    const tall = row.isReference ? 9 : 16, middle = y + 24;
    parts.push(draw("text", { x: left, y: y + 10, "font-size": 13, class: row.isReference ? "" : "ink" }, row.label));
    [row.outer, row.inner].forEach((bounds, i) => {
      if (bounds[0] === null) return;
      const thick = i ? tall : tall - 4;
      parts.push(draw("rect", { x: x(bounds[0]), y: middle - thick / 2, rx: 3, height: thick,
        width: Math.max(x(bounds[1]) - x(bounds[0]), 1), class: kind[i] }));
    });
    parts.push(row.isReference ? diamond(x(row.point), middle, 6.5, kind[2])
      : draw("circle", { cx: x(row.point), cy: middle, r: 7, class: kind[2] }));
    y += step;
    if (!row.isReference) y = bracket(parts, { row, error, x, y, right, left });
  });
  if (now !== null) {
    const at = x(now.value), anchor = at > (left + right) / 2 ? "end" : "start";
    parts.push(draw("path", { d: `M${at - 5} ${y + 1} h10 l-5 8 z`, class: "now" }));
    parts.push(draw("text", { x: at + (anchor === "end" ? -9 : 9), y: y + 9, "font-size": 12,
      "text-anchor": anchor, class: "ink" }, now.label));
    y += 12;
  }
  y = axis(parts, { low, high, x, y, left, right, ends });
  const picture = draw("svg", { viewBox: `0 0 ${width} ${y}`, role: "img", "aria-label": label });
  picture.append(...parts);
  return picture;
}

const diamond = (x, y, r, kind) => draw("path", { d: `M${x} ${y - r} l${r} ${r} l${-r} ${r} l${-r} ${-r} z`, class: kind });

function bracket(parts, { row, error, x, y, right, left }) {
  if (error === null) return y;
  const from = x(row.point - error.size), to = x(row.point + error.size);
  parts.push(draw("path", { d: `M${from} ${y - 5} v6 H${to} v-6`, class: "bracket" }));
  const middle = Math.min(Math.max((from + to) / 2, left + error.label.length * 3.1), right - error.label.length * 3.1);
  parts.push(draw("text", { x: middle, y: y + 13, "font-size": 12, "text-anchor": "middle" }, error.label));
  return y + 20;
}

function axis(parts, { low, high, x, y, left, right, ends }) {
  parts.push(draw("path", { d: `M${left} ${y + 12} H${right}`, class: "axis" }));
  // Whole numbers where the scale has them: 0 to 48 in four parts, 0 to 100 in five.
  const steps = [5, 4, 6].find((n) => Number.isInteger((high - low) / n)) ?? 5;
  for (let i = 0; i <= steps; i += 1) {
    const value = low + (high - low) * i / steps;
    const anchor = i === 0 ? "start" : i === steps ? "end" : "middle";
    const at = i === 0 ? left : i === steps ? right : x(value);
    parts.push(draw("path", { d: `M${x(value)} ${y + 12} v5`, class: "axis" }));
    parts.push(draw("text", { x: at, y: y + 30, "font-size": 12, "text-anchor": anchor }, String(Number(value.toPrecision(3)))));
  }
  parts.push(draw("text", { x: left, y: y + 46, "font-size": 12 }, ends[0]));
  parts.push(draw("text", { x: right, y: y + 46, "font-size": 12, "text-anchor": "end" }, ends[1]));
  return y + 52;
}

// A bar to the right or left of zero.
function signedBar(value, largest, isWorse) {
  const size = largest > 0 ? Math.abs(value) / largest * 78 : 0;
  const picture = draw("svg", { viewBox: "0 0 160 14", "aria-hidden": "true", preserveAspectRatio: "none" });
  picture.append(
    draw("rect", { x: 79.5, y: 0, width: 1, height: 14, class: "track" }),
    draw("rect", { x: value < 0 ? 80 - size : 80, y: 2, width: size, height: 10, rx: 1.5,
      class: isWorse ? "worse" : "better" }));
  return picture;
}

// A share of one, with a vertical line for the reference patient.
function shareBar(value, mark) {
  const picture = draw("svg", { viewBox: "0 0 160 14", "aria-hidden": "true", preserveAspectRatio: "none" });
  picture.append(
    draw("rect", { x: 0, y: 3, width: 160, height: 8, rx: 2, class: "track" }),
    draw("rect", { x: 0, y: 3, width: 160 * value, height: 8, rx: 2, class: "share" }));
  if (mark !== null) picture.append(draw("rect", { x: Math.min(160 * mark, 158), y: 0, width: 2, height: 14, class: "mark" }));
  return picture;
}
