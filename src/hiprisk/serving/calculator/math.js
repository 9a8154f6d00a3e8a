// Sums, quantiles, tails and small matrices: the arithmetic that engine.js and explain.js share.
"use strict";

const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;
const expit = (lp) => {
  const small = Math.exp(-Math.abs(lp));
  return (lp >= 0 ? 1 : small) / (1 + small);
};

function sampleVariance(values, center) {
  if (values.length === 1) return 0;
  return sum(values.map((value) => (value - center) ** 2)) / (values.length - 1);
}

function interpolate(x, at, values) {
  const last = at.length - 1;
  if (x <= at[0]) return values[0];
  if (x >= at[last]) return values[last];
  let j = 0;
  for (let above = last; above - j > 1;) {
    const middle = (j + above) >> 1;
    if (at[middle] <= x) j = middle;
    else above = middle;
  }
  return ((values[j + 1] - values[j]) / (at[j + 1] - at[j])) * (x - at[j]) + values[j];
}

function sortedQuantile(ordered, probability) {
  const place = probability * (ordered.length - 1);
  const lower = Math.floor(place), upper = Math.min(lower + 1, ordered.length - 1);
  return ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower]);
}

function erfc(z) {
  if (z < 2.5) {
    let term = z, total = z;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(total); n += 1) {
      term *= (2 * z * z) / (2 * n + 1);
      total += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * total;
  }
  let fraction = z;
  for (let n = 120; n > 0; n -= 1) fraction = z + n / 2 / fraction;
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction);
}

function chiSquaredTail(value, degrees) {
  const half = Math.max(value, 0) / 2, odd = degrees % 2 === 1;
  const total = odd ? erfc(Math.sqrt(half)) : 0;
  let term = odd ? Math.sqrt(half / Math.PI) * 2 : 1, scaled = 0;
  const start = odd ? 1.5 : 1;
  for (let step = 0; step < Math.floor(degrees / 2); step += 1) {
    scaled += term;
    term *= half / (start + step);
  }
  return Math.min(total + Math.exp(-half) * scaled, 1);
}

function cholesky(matrix) {
  const factor = matrix.map(() => []);
  for (let i = 0; i < matrix.length; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let rest = matrix[i][j];
      for (let k = 0; k < j; k += 1) rest -= factor[i][k] * factor[j][k];
      factor[i][j] = i === j ? Math.sqrt(rest) : rest / factor[j][j];
    }
  }
  return factor;
}

function solveLower(factor, right) {
  const solved = [];
  factor.forEach((row, i) => {
    let rest = right[i];
    for (let k = 0; k < i; k += 1) rest -= row[k] * solved[k];
    solved.push(rest / row[i]);
  });
  return solved;
}

function solveUpper(factor, right) {
  const solved = right.slice();
  for (let i = factor.length - 1; i >= 0; i -= 1) {
    let rest = right[i];
    for (let k = i + 1; k < factor.length; k += 1) rest -= factor[k][i] * solved[k];
    solved[i] = rest / factor[i][i];
  }
  return solved;
}

function inverse(matrix) {
  const factor = cholesky(matrix);
  const columns = matrix.map((_, i) =>
    solveUpper(factor, solveLower(factor, matrix.map((__, j) => (i === j ? 1 : 0)))));
  return matrix.map((_, i) => matrix.map((__, j) => (columns[j][i] + columns[i][j]) / 2));
}

const submatrix = (matrix, places) => places.map((i) => places.map((j) => matrix[i][j]));
