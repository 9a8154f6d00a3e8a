# Makes effects.json: what predictors do in a linear and a logistic regression with a spline and a category.
# rms::Predict with bootstrap limits, terms of a patient and of the typical one, and a table of points by the
# rules of Sullivan, Massaro and D'Agostino (2004), doi:10.1002/sim.1742. The people are simulated here.
# Run in this folder: Rscript make_effects.R
suppressMessages({library(rms); library(jsonlite)})
set.seed(20261128)
n <- 240; knots <- c(50, 60, 70, 85)
d <- data.frame(age = round(runif(n, 45, 90), 1), bmi = round(rnorm(n, 28, 4), 1),
                site = factor(sample(c("a", "b", "c"), n, TRUE, c(.5, .3, .2))))
lp <- -1 + 0.003 * (d$age - 65)^2 - 0.06 * (d$bmi - 28) + c(0, 0.7, -0.4)[d$site]
d$risk <- rbinom(n, 1, plogis(lp)); d$score <- round(30 + 12 * lp + rnorm(n, 0, 8), 1)
dd <- datadist(d); options(datadist = "dd")
range_of <- list(age = quantile(d$age, c(.01, .99), names = FALSE), bmi = quantile(d$bmi, c(.01, .99), names = FALSE))
typical <- list(age = median(d$age), bmi = median(d$bmi), site = names(which.max(table(d$site))))
numbers <- function(x) as.numeric(unname(x))

points_by_sullivan <- function(f, inverse, sigma) {
  terms_at <- function(name, values) {
    rows <- d[rep(1, length(values)), ]; rows[[name]] <- values
    numbers(predict(f, rows, type = "terms")[, name])
  }
  cut_at <- function(name) {                      # round bounds inside the range, middles between them
    r <- range_of[[name]]; raw <- diff(r) / 8; steps <- c(1, 2, 5, 10) * 10^floor(log10(raw))
    step <- steps[steps >= raw][1]; b <- seq(ceiling(r[1] / step) * step, r[2], by = step)
    b <- b[b > r[1] & b < r[2]]; ends <- c(r[1], b, r[2])
    list(bounds = b, middles = (head(ends, -1) + tail(ends, -1)) / 2)
  }
  cuts <- list(age = cut_at("age"), bmi = cut_at("bmi"))
  effects <- list(age = terms_at("age", cuts$age$middles), bmi = terms_at("bmi", cuts$bmi$middles),
                  site = terms_at("site", factor(levels(d$site))))
  unit <- max(sapply(effects, function(e) diff(range(e)))) / 20
  points <- lapply(effects, function(e) round((e - min(e)) / unit))
  total <- points$age[findInterval(d$age, cuts$age$bounds) + 1] +
    points$bmi[findInterval(d$bmi, cuts$bmi$bounds) + 1] + points$site[as.integer(d$site)]
  # No points: everybody in the lowest categories, so the linear predictor of one person less their effects.
  zero <- numbers(predict(f, d[1, ])) - sum(predict(f, d[1, ], type = "terms")) + sum(sapply(effects, min))
  of_points <- inverse(zero + unit * total); of_model <- inverse(numbers(predict(f, d)))
  error <- abs(of_points - of_model)
  expected_c <- function(s, p) {                  # concordance expected if the model is right, by brute force
    w <- outer(p, 1 - p); diag(w) <- 0; sum(w * (outer(s, s, ">") + outer(s, s, "==") / 2)) / sum(w)
  }
  expected_r2 <- function(s) 1 - (sigma^2 + mean((s - of_model)^2)) / (sigma^2 + mean((of_model - mean(of_model))^2))
  metric <- if (is.null(sigma)) function(s) expected_c(s, of_model) else expected_r2
  list(unit = unit, zero = zero, bounds = list(age = cuts$age$bounds, bmi = cuts$bmi$bounds), points = points,
       total = total, predicted = of_points, rmse = sqrt(mean(error^2)), quantile_90 = quantile(error, .9, names = FALSE),
       largest = max(error), correlation = cor(of_points, of_model), of_model = metric(of_model), of_points = metric(of_points))
}

of <- function(f, fun, sigma = NULL) {
  # With 41 resamples both limits are resamples themselves: no way of interpolating comes in.
  b <- bootcov(f, B = 41, coef.reps = TRUE)
  ages <- seq(range_of$age[1], range_of$age[2], length = 21)
  # Whole, delta-method limits of the fit itself beside the bootstrap's percentiles.
  curve <- Predict(b, age = ages, fun = fun, boot.type = "percentile")
  wald <- Predict(f, age = ages, fun = fun)
  sites <- Predict(b, site = levels(d$site), fun = fun, boot.type = "percentile")
  both <- data.frame(age = c(typical$age, 82), bmi = c(typical$bmi, 24.5), site = c(typical$site, "b"))
  terms <- predict(f, both, type = "terms")
  list(coefficients = numbers(coef(f)), refits = unname(b$boot.Coef[, seq_along(coef(f))]), ages = ages,
       age = list(predicted = numbers(curve$yhat), low = numbers(curve$lower), high = numbers(curve$upper),
                  wald_low = numbers(wald$lower), wald_high = numbers(wald$upper)),
       site = list(predicted = numbers(sites$yhat), low = numbers(sites$lower), high = numbers(sites$upper)),
       patient = list(age = 82, bmi = 24.5, site = "b"), contributions = as.list(terms[2, ] - terms[1, ]),
       reference = numbers(predict(f, both))[1], total = numbers(predict(f, both))[2],
       points = points_by_sullivan(f, if (is.null(fun)) identity else fun, sigma))
}
logistic <- lrm(risk ~ rcs(age, c(50, 60, 70, 85)) + bmi + site, d, x = TRUE, y = TRUE, tol = 1e-14, eps = 1e-12)
linear <- ols(score ~ rcs(age, c(50, 60, 70, 85)) + bmi + site, d, x = TRUE, y = TRUE)
write(toJSON(list(
  package = sprintf("R %s, rms %s", getRversion(), packageVersion("rms")), script = "make_effects.R; simulated, seed 20261128",
  date = "2026-11-28", knots = knots, range = range_of, typical = typical,
  shares = numbers(table(d$site)) / n, people = d[, c("age", "bmi", "site", "risk", "score")],
  residual_sd = linear$stats[["Sigma"]],
  logistic = of(logistic, plogis), linear = of(linear, NULL, linear$stats[["Sigma"]])),
  digits = 15, auto_unbox = TRUE, dataframe = "columns"), "effects.json")
