// The distribution over a score's own values, as hiprisk.sheet.ordinal and hiprisk.sheet.links have it.
"use strict";

const LARGEST_EXPONENT = 700;
const ROUNDING = 1e-12;
const NEAR = 0.1;
const SLOPE_NODES = [0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415, 0.953089922969332];
const SLOPE_WEIGHTS = [
  0.11846344252809454, 0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454,
];

const bounded = (exponent) => Math.min(exponent, LARGEST_EXPONENT);
const gumbelDensity = (x) => Math.exp(bounded(-x) - Math.exp(bounded(-x)));

function normalCdf(x) {
  const tail = erfc(Math.abs(x) / Math.SQRT2) / 2;
  return x < 0 ? tail : 1 - tail;
}

function logisticDensity(x) {
  const small = Math.exp(-Math.abs(x));
  return small / ((1 + small) * (1 + small));
}

const LINKS = {
  logit: { cumulative: expit, density: logisticDensity },
  probit: { cumulative: normalCdf, density: (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) },
  loglog: { cumulative: (x) => Math.exp(-Math.exp(bounded(-x))), density: gumbelDensity },
  cloglog: { cumulative: (x) => -Math.expm1(-Math.exp(bounded(x))), density: (x) => gumbelDensity(-x) },
};

function makeOrdinal(model) {
  const { values, intercepts } = model;
  const { cumulative, density } = LINKS[model.link];
  const last = values.length - 1;
  const gaps = intercepts.map((_, j) => values[j + 1] - values[j]);

  const reachedAt = (predictor, own = intercepts) => own.map((one) => cumulative(one + predictor));

  function meanOf(reached) {
    let total = values[0];
    gaps.forEach((gap, j) => { total += gap * reached[j]; });
    return Math.min(total, values[last]);
  }

  // Chance of at least the value at a place; place -1 and beyond the last are none of the score's.
  const reaching = (reached, place) => (place === 0 ? 1 : place > last ? 0 : reached[place - 1]);
  const firstFrom = (test) => { const place = values.findIndex(test); return place < 0 ? last + 1 : place; };

  function law(reached, mean) {
    return {
      reached,
      mean,
      quantile: (probability) =>
        values[reached.filter((one) => 1 - one < probability - ROUNDING).length],
      chance: (event, bound) => (event.direction === "above"
        ? reaching(reached, firstFrom((value) => value >= bound))
        : 1 - reaching(reached, firstFrom((value) => value > bound))),
      variance: () => {
        let total = (values[0] - mean) ** 2;
        gaps.forEach((gap, j) => { total += gap * (values[j + 1] + values[j] - 2 * mean) * reached[j]; });
        return Math.max(total, 0);
      },
    };
  }

  function at(predictor) {
    const reached = reachedAt(predictor);
    // An infinite X b would be shown as a plain highest or lowest score.
    return { predictor, ...law(reached, Number.isFinite(predictor) ? meanOf(reached) : NaN) };
  }

  function slope(predictor) {
    let total = 0;
    intercepts.forEach((one, j) => { total += gaps[j] * density(one + predictor); });
    return total;
  }

  function averageSlope(start, end) {
    const step = end - start;
    if (Math.abs(step) >= NEAR) return (meanOf(reachedAt(end)) - meanOf(reachedAt(start))) / step;
    return sum(SLOPE_NODES.map((node, i) => SLOPE_WEIGHTS[i] * slope(start + node * step)));
  }

  // Derivatives of the mean by each intercept, then by each coefficient.
  function gradient(predictor, functions) {
    const steep = slope(predictor);
    return [...intercepts.map((one, j) => gaps[j] * density(one + predictor)),
      ...functions.map((value) => steep * value)];
  }

  return { values, intercepts, reachedAt, meanOf, law, at, averageSlope, gradient };
}
