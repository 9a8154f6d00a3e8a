// The page: reads the model from the document, asks, and shows the answer. It stores nothing.
"use strict";

function startPage() {
  const model = JSON.parse(document.getElementById("model").textContent);
  const { sheet, bundle, sites, exposure } = model;
  const engine = makeEngine(sheet, model.reference);
  const explain = makeExplainer(engine, exposure);
  const { outcome, binary, specs } = engine;
  const byId = (id) => document.getElementById(id);
  const form = makeForm(engine, byId("fields"));
  let printing = false;

  // --- words and numbers ----------------------------------------------------------------------

  const minus = (text) => text.replace("-", "\u2212");
  const fixed = (value, digits = 1) => {
    const text = value.toFixed(digits);
    return minus(Number(text) === 0 ? text.replace("-", "") : text);
  };
  const signed = (value, digits = 1) => {
    const text = fixed(value, digits);
    return value >= 0 || text.charAt(0) !== "\u2212" ? `+${text}` : text;
  };
  const percent = (value, digits = 0) => `${fixed(100 * value, digits)} %`;
  // Usual digits are for a scatter of 1 or more: see `decimals` in hiprisk.wording.quantities.
  const spread = binary ? undefined : sheet.residual_sd;
  const more = spread > 0 && spread < 1 ? Math.min(-Math.floor(Math.log10(spread)), 6) : 0;
  // Contributions to a risk itself are small beside those to log odds.
  const partDigits = 2 + (binary && sheet.model.link === "identity" ? 1 : more);
  const level = (value) => (binary ? percent(value, 1) : fixed(value, 1 + more));
  const bare = (value) => (binary ? fixed(100 * value) : fixed(value, 1 + more));
  const amount = (value) => (binary ? `${fixed(100 * value)} percentage points` : fixed(value, 1 + more));
  // As in hiprisk.wording.labels: a difference has no range of the scale in its unit.
  const unitOfAmount = binary ? "percentage points" : outcome.unit.replace(/\s*\(?\b(-?\d+)\s*-\s*(\d+)\)?$/, "");
  const label = (name) => specs.get(name).label;
  const intervalName = (which) => `${which} % ${binary ? "of bootstrap models" : "prediction interval"}`;
  const first = binary ? "risk" : "predicted";
  const events = engine.events;
  const heaviest = sheet.variables.reduce((a, b) => (b.weight > a.weight ? b : a)).name;

  // --- parts of the answer --------------------------------------------------------------------

  function card(title, ...children) {
    return el("section", { class: "card" }, el("h3", {}, title), ...children);
  }

  function table(caption, heads, rows) {
    const head = el("tr", {}, ...heads.map((text) =>
      text === "" ? el("td", { class: "bar" }) : el("th", { scope: "col", class: text.startsWith("#") ? "num" : null }, text.replace("#", ""))));
    return el("table", {}, caption ? el("caption", {}, caption) : null, el("thead", {}, head), el("tbody", {}, ...rows));
  }

  function row(cells, className) {
    return el("tr", { class: className || null }, ...cells.map((cell, i) => {
      const picture = cells.find((one) => one instanceof Element);
      if (i === 0) {
        const below = picture ? el("span", { class: "phonebar" }, picture.cloneNode(true)) : null;
        return el("th", { scope: "row" }, ...[cell].flat(), below);
      }
      return el("td", { class: cell instanceof Element || cell === "" ? "bar" : "num" }, cell);
    }));
  }

  function rangeOf(values, which) {
    if (values[`lower_${which}`] === null) return null;
    return `${bare(values[`lower_${which}`])} to ${level(values[`upper_${which}`])}`;
  }

  function pictureOf(answer, reference) {
    const band = (values, name, isReference) => ({
      label: name, isReference, point: scaled(values[first]),
      inner: [scaled(values.lower_80), scaled(values.upper_80)],
      outer: [scaled(values.lower_95), scaled(values.upper_95)],
    });
    const rows = answer ? [band(answer, "this patient", false)] : [];
    if (reference) rows.push(band(reference, "reference patient", true));
    const seen = rows.flatMap((one) => [one.point, ...one.outer]).filter((value) => value !== null);
    const low = binary ? 0 : outcome.lower ?? Math.min(...seen);
    const high = binary ? 100 : outcome.upper ?? Math.max(...seen);
    const error = answer && answer.explanation.score_error;
    // A score at the first visit has no place on a scale of risks.
    const now = answer && !binary && outcome.baseline !== undefined ? engine.read(specs.get(outcome.baseline), form.given()[outcome.baseline]).value : undefined;
    const worseAt = outcome.higher_is === "worse" ? 1 : 0;
    const ends = binary ? ["less likely", "more likely"] : worseAt ? ["\u2190 better", "worse \u2192"] : ["\u2190 worse", "better \u2192"];
    // On paper a column is this wide, so that a picture's words keep their size.
    const width = printing ? 365 : Math.max(280, Math.min(byId("out").clientWidth - 46, 680));
    const ranges = ["80", "95"].map((which) => answer && rangeOf(answer, which) ? `${intervalName(which)} ${rangeOf(answer, which)}` : null);
    return intervalPicture({
      low, high, rows, ends, width,
      now: now === undefined ? null : { value: now, label: `at the first visit ${fixed(now, 1 + more)}` },
      error: error ? { size: error.high, label: `error of the score itself \u00b1 ${engine.shown(error.high)}` } : null,
      label: [answer ? `This patient ${level(answer[first])}` : null, ...ranges, reference ? `reference patient ${level(reference[first])}` : null].filter(Boolean).join("; "),
    });
  }

  const whoIsReference = () => `${engine.reference.words} (${AVERAGE_MEANS})`;

  // Marks are told by their shapes: a colour alone is not seen by everybody. On paper, where there
  // is less room, the words beside the marks have to do.
  function legendOf(answer) {
    const { reference, score_error: error } = answer.explanation;
    const known = !binary && outcome.baseline !== undefined && answer.imputed.indexOf(outcome.baseline) < 0;
    return [
      "Circle: this patient.",
      reference ? `Diamond: the reference patient, ${whoIsReference()}.` : null,
      rangeOf(answer, "80") ? "Inner bar: 80 %, outer bar: 95 %." : null,
      known ? "Triangle: the score at the first visit." : null,
      error ? "Bracket: one standard error of measurement of the score." : null,
    ].filter(Boolean).join(" ");
  }

  const scaled = (value) => (value === null ? null : binary ? 100 * value : value);

  function answerCard(answer) {
    const reference = answer.explanation.reference;
    const unit = binary ? "risk" : `${outcome.unit}, higher is ${outcome.higher_is}`;
    // Ends are values of the score in an ordinal model, so its intervals hold more than their level.
    const least = engine.ordinal ? "at least " : "";
    const words = binary
      ? [["80", "8 of 10 bootstrap models:"], ["95", "19 of 20 bootstrap models:"]]
      : [["80", `${capital(`${least}8 of 10`)} patients with these values:`], ["95", `${capital(`${least}19 of 20`)} patients with these values:`]];
    const lines = words.filter(([which]) => rangeOf(answer, which)).map(([which, text]) =>
      el("li", {}, `${text} `, el("b", {}, rangeOf(answer, which)), ` (${intervalName(which)})`));
    if (!lines.length) lines.push(el("li", {}, `${binary ? "Range of bootstrap models" : "Prediction interval"}: not available.`));
    const error = answer.explanation.score_error;
    const over = (answer.sites || {}).plausible_range_95;
    return el("section", { class: "card" },
      el("h3", {}, `${binary ? "Risk" : capital(outcome.label)} in ${engine.shown(outcome.horizon_months)} months`),
      el("p", { class: "big" }, el("strong", {}, level(answer[first])), el("span", {}, unit)),
      el("ul", { class: "ranges" }, ...lines),
      over ? el("p", { class: "small" }, `In 95 % of sites the risk of such a patient lies between ${level(over[0])} and ${level(over[1])}.`) : null,
      pictureOf(answer, reference),
      el("p", { class: "small screen-only" }, legendOf(answer)),
      exposureLine(answer.explanation.predictions_by_exposure),
      error ? el("p", { class: "small" }, errorWords(error),
        el("span", { class: "screen-only" }, ` Source: ${error.source}.`)) : null);
  }

  function errorWords(error) {
    const change = error.minimal_detectable_change;
    return `The standard error of measurement of the score is ${engine.shown(error.low)} points` +
      (change ? `; a change of more than ${engine.shown(change)} exceeds it (95 %)` : "") + ".";
  }

  function chancesCard(answer) {
    if (!events.length) return null;
    const { reference } = answer.explanation;
    return card("Predicted probabilities", table(reference ? "Vertical line: the reference patient." : null, ["Predicted probability of", "", "#this patient", ...(reference ? ["#reference"] : [])],
      events.map((event) => {
        const own = answer[`chance_${event.name}`], other = reference ? reference[`chance_${event.name}`] : null;
        return row([event.label, shareBar(own, other), percent(own), ...(reference ? [percent(other)] : [])]);
      })), ...fixedBounds());
  }

  // A number that a reader meets for the first time: where it comes from.
  function fixedBounds() {
    const values = outcome.events.filter((event) => event.reference === "fixed").map((event) => engine.shown(event.value));
    if (!values.length) return [];
    return [el("p", { class: "small screen-only" }, `${values.join(" and ")}: ${values.length > 1 ? "bounds" : "a bound"} on the score that the study declared before fitting; the model names no source for ${values.length > 1 ? "them" : "it"}.`)];
  }

  const DIFFERENCE_BETWEEN_PEOPLE = "Predictions for patients who are alike in all else: a difference between people, not the effect of a treatment.";
  const ON_PAPER = 6;
  const AVERAGE_MEANS = "median or most common value of each variable";
  const NO_PEOPLE = "The development cohort of this model is not known, so no comparison is possible.";

  const hasEffect = (value) => Number(value.toFixed(partDigits)) !== 0;
  const plural = (n, what) => (n === 1 ? `${n} ${what}` : `${n} ${what}s`);

  // One line for parts that are each shown as 0.
  function othersRow(values) {
    const total = sum(values), others = plural(values.length, "other");
    return hasEffect(total) ? row([`${others} together`, "", signed(total, partDigits)])
      : row([`${others}: no effect`, "", fixed(0, partDigits)]);
  }

  // Two people who differ in the exposure alone, whatever this patient has.
  function exposureCard(found) {
    if (!found) return null;
    const name = label(found.variable), said = (level) => level.replaceAll("_", " ");
    const ranges = found.levels.some((one) => rangeOf(one, "80"));
    const rows = found.levels.map((one) => {
      const own = one.level === found.given ? [said(one.level), el("span", { class: "filled" }, " this patient")] : said(one.level);
      return row([own, one[first] === null ? "not available" : level(one[first]), ...(ranges ? [rangeOf(one, "80") || "\u00a0"] : [])]);
    });
    const unit = binary || !unitOfAmount ? "" : ` ${unitOfAmount}`;
    for (const one of found.levels.slice(1)) {
      if (one.difference === null) continue;
      rows.push(row([`${capital(said(one.level))} vs ${said(found.reference)}`, `${one.difference >= 0 ? "+" : ""}${amount(one.difference)}${unit}`, ...(ranges ? ["\u00a0"] : [])], "end"));
    }
    const changed = found.levels.flatMap((one) => Object.entries(one.changed).map(([other, value]) =>
      ` For \u201c${said(one.level)}\u201d, ${label(other)} is taken as ${value === null ? "not known" : said(String(value))}.`));
    const whole = card(`Prediction by ${name}`,
      table(null, ["Value", `#${first}`, ...(ranges ? [`#${intervalName("80")}`] : [])], rows),
      el("p", { class: "small" }, DIFFERENCE_BETWEEN_PEOPLE, ...changed));
    whole.classList.add("screen-only");
    return whole;
  }

  // The same on paper, where a card has no room.
  function exposureLine(found) {
    if (!found) return null;
    const levels = found.levels.filter((one) => one[first] !== null)
      .map((one) => `${one.level.replaceAll("_", " ")} ${level(one[first])}`);
    return el("p", { class: "small print-only" }, `Patients alike in all but ${label(found.variable)}: ${levels.join(", ")}.`);
  }

  function partsCard(found) {
    if (!found) return card("Contributions", el("p", {}, `Not available. ${NO_PEOPLE}`));
    const worseSign = binary || outcome.higher_is === "worse" ? 1 : -1;
    const sorted = found.parts.slice().sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const parts = sorted.filter((part) => hasEffect(part.value)), others = sorted.slice(parts.length);
    const largest = parts.length ? Math.abs(parts[0].value) : 0;
    const rows = parts.map((part, i) => row([
      [capital(part.label), part.not_known.length ? el("span", { class: "filled" }, part.not_known.length < part.variables.length ? " partly imputed" : " imputed") : ""],
      signedBar(part.value, largest, part.value * worseSign > 0), signed(part.value, partDigits),
    ], i < ON_PAPER ? "" : "screen-only"));
    if (others.length) {
      const line = othersRow(others.map((part) => part.value));
      if (parts.length > ON_PAPER) line.classList.add("screen-only");
      rows.push(line);
    }
    const rest = sorted.slice(ON_PAPER).reduce((total, part) => total + part.value, 0);
    if (parts.length > ON_PAPER) rows.push(row([`${sorted.length - ON_PAPER} smaller parts together`, "", signed(rest, partDigits)], "print-only"));
    const held = found.held_at_bounds;
    if (Math.abs(held) > 1e-9) rows.push(row(["Limited to the range of the score", "", signed(held, partDigits)]));
    rows.unshift(row(["Reference patient", "", fixed(found.reference, partDigits)], "start"));
    rows.push(row(["This patient", "", fixed(found.total + held, partDigits)], "end"));
    const [right, left] = worseSign > 0 ? ["worse", "better"] : ["better", "worse"];
    const key = (kind) => el("span", { class: kind === "better" ? "key better" : "key" });
    return card("What moved the prediction",
      el("p", {}, `Compared with ${engine.reference.words}.`, el("span", { class: "screen-only" }, " The parts add up to this patient\u2019s prediction.")),
      table(null, [`Contribution${found.scale ? `, ${found.scale}` : ""}`, "", "#part"], rows),
      el("p", { class: "small" }, "Bars: ", key(right), `right (+) towards ${right}, `, key(left), `left (\u2212) towards ${left}.`));
  }

  const hasNewSite = (answer) => answer.flags.some((flag) => flag.startsWith("NEW_SITE("));
  const vanishes = (value) => Number.parseFloat(amount(value)) === 0;

  const MOST_LISTED = 5;
  // As in hiprisk.wording.explanations: what digits show, and 1 % of the width.
  const isNoticeable = (item, width) => !vanishes(item.narrows_80_by) && item.narrows_80_by >= 0.01 * width;

  function nextCard(answer) {
    const { not_known: missing, next_measurements: next } = answer.explanation;
    const title = "What would help to know";
    if (!missing.variables.length) return card(title, el("p", {}, "All values that the model uses are known."));
    const wider = missing.width_80 - missing.width_80_if_known;
    const newSite = hasNewSite(answer);
    const cost = vanishes(wider) ? "" : sheet.distribution === undefined && !engine.ordinal ? `The unknown values ${newSite ? "and the new site" : "alone"} span a range of ${amount(wider)} (80 %).`
      : `The unknown values${newSite ? " and the new site" : ""} widen the 80 % prediction interval by ${amount(wider)}.`;
    const imputed = `${missing.variables.length} of ${sheet.variables.length} values were imputed. ${cost} `;
    const listed = next.filter((item) => isNoticeable(item, missing.width_80)).sort((a, b) => b.narrows_80_by - a.narrows_80_by);
    if (!listed.length) {
      return card(title, el("p", {}, imputed, el("strong", {}, "Measuring what is not known would not narrow the 80 % interval noticeably (by 1 % of its width or more).")));
    }
    const best = listed[0].variable === engine.siteVariable ? "A site that the model knows" : capital(label(listed[0].variable));
    const rows = listed.slice(0, MOST_LISTED).map((item) =>
      row([capital(label(item.variable)), shareBar(item.share, null), bare(item.narrows_80_by)]));
    const further = listed.length - MOST_LISTED;
    const others = further > 0 ? `${plural(further, "other")} would narrow it too.`
      : listed.length < next.length ? "Nothing else would narrow it noticeably." : "";
    return card(title,
      el("p", {}, imputed, el("strong", {}, `${best} would narrow it most.`)),
      table("Bars: how much of the uncertainty from unknown values one measurement alone would remove (share of the variance of the linear predictor). They need not add up to 100 %.",
        ["Once measured", "", `#narrower by${unitOfAmount ? ` (${unitOfAmount})` : ""}`], rows),
      others ? el("p", { class: "small" }, others) : null);
  }

  function measurementCard(ranges) {
    if (!ranges.length) {
      return card("Measurement error", el("p", {}, "No value given has a known measurement error."));
    }
    const plus = (low, high) => {
      const [a, b] = [bare(low), bare(high)];
      return a === b ? `\u00b1 ${a}` : `\u00b1 ${[a, b].sort((p, q) => p - q).join(" to ")}`;
    };
    const figure = (one) => (one.low === one.high ? engine.shown(one.low) : `${engine.shown(one.low)} to ${engine.shown(one.high)}`) + (one.assumed ? ", assumed" : "");
    // On paper, what one instrument measured many times stands in one row.
    const rows = ranges.flatMap((instrument) => [
      ...instrument.variables.map((one) => row([capital(label(one.variable)), figure(one), plus(one.moves_low, one.moves_high)],
        instrument.variables.length > 1 ? "screen-only" : "")),
      instrument.variables.length > 1 ? row([`All by ${instrument.instrument}`, "\u00a0", plus(instrument.moves_low, instrument.moves_high)], "end") : null,
    ]).filter(Boolean);
    const sources = [...new Set(ranges.flatMap((instrument) => instrument.variables.map((one) => one.source)))];
    return card("Within measurement error", table("Change of the prediction within one standard error of measurement.",
      ["Measured", "#standard error", "#change"], rows),
    ...sources.map((source) => el("p", { class: "small" }, `Source: ${source}.`)));
  }

  const LIKENESS = {
    alike: "Like the development cohort.",
    less_usual: "Less usual than 19 in 20 of the development cohort.",
    unlike: "Unlike the development cohort: fewer than 1 in 100 are as far from its mean. Trust the prediction less.",
  };

  function likenessCard(answer) {
    const { distance, effective_sample_size: size, refits } = answer.explanation;
    // The variables that the model knows of the patient: a category has a column for each level but one.
    const nKnown = sheet.variables.length - answer.explanation.not_known.variables.length - (hasNewSite(answer) ? 1 : 0);
    const words = { UNUSUAL: "an unusual value", EXTRAPOLATION: "outside the range of the development cohort", NOT_IN_TRAINING: "level absent from the development cohort", NEW_SITE: binary ? "not among the model\u2019s sites: the mean of the sites is used, and the interval does not contain how sites differ" : "not among the model\u2019s sites: the mean of the sites is used, and the interval is that of a new site" };
    const remarks = answer.flags.filter((flag) => flag.includes("(")).map((flag) => flag.slice(0, -1).split("("));
    const listed = remarks.map(([code, name]) => el("li", {}, `${capital(label(name))}: ${words[code]}`));
    // On paper one line a kind: a page has to hold a patient of whom everything is unusual.
    const grouped = Object.entries(words).map(([code, text]) => [text, remarks.filter((one) => one[0] === code)])
      .filter(([, ones]) => ones.length)
      .map(([text, ones]) => el("p", { class: "print-only" }, el("strong", {}, `${capital(text)}: `), `${ones.map((one) => label(one[1])).join("; ")}.`));
    return card("Reliability of this prediction",
      el("p", {}, distance ? LIKENESS[distance.likeness]
        : engine.knowsPeople ? "Too little is known about this patient to tell." : `Similarity to the development cohort: not available. ${NO_PEOPLE}`,
        distance ? el("span", { class: "small" }, ` ${distance.tail < 0.005 ? "Less than 1 %" : percent(distance.tail)} of the cohort lie at least as far from its mean (squared distance ${fixed(distance.squared)} over ${nKnown} ${nKnown === 1 ? "variable" : "variables"}).`) : ""),
      listed.length ? el("ul", { class: "screen-only" }, ...listed) : null, ...grouped,
      el("p", {}, size === null ? "Effective sample size: not available."
        : `Effective sample size ${size.toFixed(0)}: the predicted mean is as precise as the mean of ${size.toFixed(0)} patients with these values.`),
      el("p", {}, refits === null ? "Prediction instability: not available."
        : `${refits.n_refits} bootstrap models: 95 % of their predictions lie between ${bare(refits.low)} and ${level(refits.high)}; mean absolute difference from this prediction ${amount(refits.mean_absolute_difference)}.`));
  }

  const isWrong = (one) => one.code !== "TOO_MANY_MISSING";

  function waitingCard(refused) {
    const wrong = refused.filter(isWrong);
    if (!wrong.length && !engine.knowsPeople) {
      return [el("section", { class: "card wait" },
        el("h3", {}, "Not enough is known yet"), el("p", {}, "This model needs every value; none is imputed."))];
    }
    if (!wrong.length) {
      return [el("section", { class: "card wait" },
        el("h3", {}, "Not enough is known yet"),
        el("p", {}, `Fill in what you know, ${label(heaviest)} above all. Until then, the reference patient is shown: ${whoIsReference()}.`),
        pictureOf(null, engine.reference))];
    }
    return [el("section", { class: "card refused" },
      el("h3", {}, "No prediction until this is corrected"),
      el("ul", {}, ...wrong.map((one) => one.variable === null ? el("li", {}, `${capital(one.rule)}.`) : el("li", {},
        el("a", { href: `#${form.fields.get(one.variable).input.id}` }, capital(label(one.variable))), ` ${one.rule}.`))))];
  }

  // --- showing --------------------------------------------------------------------------------

  function spokenWords(answer) {
    if (answer.refused) return answer.refused.some(isWrong) ? "No answer: a value cannot be used." : "Not enough is known yet.";
    const range = rangeOf(answer, "80");
    return `${binary ? "Risk" : "Predicted"} ${level(answer[first])}${range ? `, ${intervalName("80")} ${range}` : ""}.`;
  }

  function showGiven() {
    const items = sheet.variables.map((spec) => {
      const typed = form.fields.get(spec.name).value().trim();
      const value = spec.kind === "number" ? typed && engine.measured(typed, spec.unit) : typed.replaceAll("_", " ");
      return el("li", {}, el("span", {}, capital(spec.label)), el("span", {}, value || "not known"));
    });
    byId("given").replaceChildren(el("h3", {}, "What was given"), el("ul", {}, ...items));
  }

  function show() {
    const answer = explain(form.given());
    const out = byId("out"), dock = byId("dock"), brief = byId("brief");
    if (answer.refused) {
      out.replaceChildren(...waitingCard(answer.refused));
      dock.hidden = true;
      brief.replaceChildren(answer.refused.some(isWrong) ? "none while a field is marked" : "");
    } else {
      const parts = answer.explanation;
      out.replaceChildren(...[answerCard(answer), chancesCard(answer), exposureCard(parts.predictions_by_exposure), partsCard(parts.contributions),
        nextCard(answer), measurementCard(parts.measurement_ranges), likenessCard(answer)].filter(Boolean));
      const range = rangeOf(answer, "80");
      const short = () => [el("strong", {}, level(answer[first])), el("span", {}, range ? `${intervalName("80")} ${range}` : "")];
      dock.replaceChildren(...short());
      brief.replaceChildren(...short());
      dock.hidden = false;
    }
    showGiven();
    const words = spokenWords(answer);
    if (byId("spoken").textContent !== words) byId("spoken").textContent = words;
  }

  let waiting = 0;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(show, 180);
  }

  function describe() {
    if (!engine.knowsPeople) byId("howtofill").textContent = "Every value is needed: the development cohort of this model is not known, so no value can be imputed.";
    const about = [
      ["Intended use", sheet.intended_use],
      ["Fitted on", { simulated: "simulated people", real: "real people", published: "a publication" }[sheet.provenance] || "unknown"],
      ["Model type", sheet.family],
      ...(sites === undefined ? [] : [["Sites", sites]]),
      ["Model", `${bundle.name} version ${bundle.version}`],
      ["Fingerprint", bundle.sha256],
      ["Reference patient", !engine.knowsPeople ? "not available" : `${capital(whoIsReference())}: ${sheet.variables.map(({ name }) => {
        const value = engine.reference.patient[name];
        return `${label(name)} ${typeof value === "number" ? engine.shown(value) : value.replaceAll("_", " ")}`;
      }).join("; ")}`],
      ["Signs", "[found]: read in the source named; [derived]: worked out from found figures; assumed: of the instrument, not of this very motion."],
    ];
    const onScreen = ["Model type", "Reference patient"];
    byId("about").append(...about.flatMap(([term, text]) => {
      const kind = { class: onScreen.includes(term) ? "screen-only" : null };
      return [el("dt", kind, term), el("dd", kind, text)];
    }));
  }

  function forget() {
    byId("patient").reset();
    form.checkAll();
    show();
  }

  describe();
  byId("patient").addEventListener("submit", (event) => event.preventDefault());
  byId("patient").addEventListener("reset", () => setTimeout(() => { form.checkAll(); show(); }));
  byId("patient").addEventListener("input", (event) => {
    const field = form.fieldOf(event.target);
    if (field) form.check(field, false);
    soon();
  });
  byId("patient").addEventListener("change", (event) => {
    const field = form.fieldOf(event.target);
    if (field) form.check(field, true);
  });
  byId("print").addEventListener("click", () => window.print());
  const printed = (now) => () => { printing = now; show(); };
  window.addEventListener("beforeprint", printed(true));
  window.addEventListener("afterprint", printed(false));
  window.addEventListener("resize", soon);
  // A page brought back from the browser's own memory starts empty.
  window.addEventListener("pageshow", forget);
  // For integrators and tests: the same function that the page uses.
  window.hiprisk = Object.freeze({ explain });
}

startPage();
