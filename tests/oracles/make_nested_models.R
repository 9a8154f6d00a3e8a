# Frozen figures for tests of nested models: D1, D2, D3 of mice, likelihood ratios of rms.
# Run in tests/oracles: Rscript make_nested_models.R
# The data are simulated here; no patient is in them.
suppressMessages({library(mice); library(rms)})
set.seed(20100)
n <- 60
make <- function(share) {
  a <- rnorm(n); b <- 0.5 * a + rnorm(n); c <- rnorm(n); d <- rbinom(n, 1, 0.4)
  lp <- 0.6 * a + 0.5 * b + 0.3 * c
  y <- round(2 + lp + rnorm(n), 3)
  z <- rbinom(n, 1, plogis(-0.3 + lp))
  frame <- data.frame(y, z, a = round(a, 3), b = round(b, 3), c = round(c, 3), d)
  for (name in c("a", "b", "c")) frame[[name]][runif(n) < share] <- NA
  frame
}
frame <- make(0.25)
imputed <- mice(frame, m = 5, method = "norm", seed = 7, printFlag = FALSE, maxit = 10)
long <- complete(imputed, "long")[, c(".imp", "y", "z", "a", "b", "c", "d")]
long[, c("a", "b", "c")] <- round(long[, c("a", "b", "c")], 4)
# Figures come from the rounded imputations that the tests read.
stacked <- rbind(cbind(.imp = 0, frame), long)
stacked$.id <- rep(seq_len(n), 6)
imputed <- as.mids(stacked)
origin <- c(
  paste0("# R ", getRversion(), ", mice ", packageVersion("mice"), ", mitml ",
         packageVersion("mitml"), ", rms ", packageVersion("rms"),
         "; tests/oracles/make_nested_models.R; ", Sys.Date()))
write_with_origin <- function(frame, file) {
  writeLines(origin, file)
  suppressWarnings(write.table(frame, file, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
}
names(long)[1] <- "imputation"
write_with_origin(long, "nested_models_imputed.csv")

rows <- list()
add <- function(model, method, result) {
  result <- as.numeric(result)
  rows[[length(rows) + 1]] <<- data.frame(model, method, statistic = result[1], df1 = result[2],
    df2 = result[3], p = result[4], riv = result[5])
}
precise <- glm.control(epsilon = 1e-14, maxit = 50)
fits <- list(
  linear = list(with(imputed, lm(y ~ d + a + b + c)), with(imputed, lm(y ~ d))),
  logistic = list(with(imputed, glm(z ~ d + a + b + c, family = binomial, control = precise)),
                  with(imputed, glm(z ~ d, family = binomial, control = precise))))
for (model in names(fits)) {
  full <- fits[[model]][[1]]; base <- fits[[model]][[2]]
  add(model, "D1", D1(full, base)$result)
  add(model, "D1_large", mitml::testModels(as.mitml.result(full), as.mitml.result(base), method = "D1")$test)
  add(model, "D2_wald", D2(full, base, use = "wald")$result)
  add(model, "D2_likelihood", D2(full, base, use = "likelihood")$result)
  # mice 3.15 lets the intercept be estimated anew at the pooled slopes; mitml does as Meng and Rubin.
  add(model, "D3_mice", D3(full, base)$result)
  # mitml has no likelihood of a glm at given coefficients.
  if (model == "linear") add(model, "D3", mitml::testModels(as.mitml.result(full), as.mitml.result(base), method = "D3")$test)
}
tests <- do.call(rbind, rows)
tests[, 3:7] <- lapply(tests[, 3:7], function(x) format(x, digits = 15))
write_with_origin(tests, "nested_models_tests.csv")

# Adequacy of the smaller model in the first imputation: LR of it over LR of the larger.
one <- long[long$imputation == 1, ]
lr <- function(fit) unname(fit$stats["Model L.R."])
adequacy <- data.frame(
  model = c("linear", "logistic"),
  lr_base = c(lr(ols(y ~ d + a, one)), lr(lrm(z ~ d + a, one, tol = 1e-14, eps = 1e-12))),
  lr_full = c(lr(ols(y ~ d + a + b + c, one)), lr(lrm(z ~ d + a + b + c, one, tol = 1e-14, eps = 1e-12))))
adequacy$new_information <- 1 - adequacy$lr_base / adequacy$lr_full
adequacy[, 2:4] <- lapply(adequacy[, 2:4], function(x) format(x, digits = 15))
write_with_origin(adequacy, "nested_models_adequacy.csv")
