# Frozen figures for tests of cumulative link models: rms::orm.fit at a tight convergence criterion,
# and rms::lrm.fit for penalised ones (orm.fit 6.5.0 takes a penalty and fits as if there were none).
# Run in tests/oracles: Rscript make_ordinal_orm.R
# The data are simulated here; no patient is in them.
suppressMessages(library(rms))
set.seed(20101)
origin <- paste0("R ", getRversion(), ", rms ", packageVersion("rms"),
                 "; tests/oracles/make_ordinal_orm.R; ", Sys.Date())
make <- function(study, n, levels, shift = 1) {
  a <- round(rnorm(n), 2); b <- rbinom(n, 1, 0.4); c <- round(20 + 5 * (0.4 * a + rnorm(n)), 1)
  latent <- 0.8 * a + 0.6 * b + 0.05 * c + rlogis(n)
  y <- round((levels - 1) * plogis((latent - shift) / 1.6))
  data.frame(study, y, a, b, c)
}
frame <- rbind(make("small", 60, 6), make("scale", 400, 105),
               make("floor", 90, 12, shift = 4))
writeLines(paste("#", origin), "ordinal_orm_data.csv")
suppressWarnings(write.table(frame, "ordinal_orm_data.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))

number <- function(x) paste0("[", paste(sprintf("%.15g", as.numeric(x)), collapse = ", "), "]")
fits <- c()
add <- function(study, family, penalty) {
  own <- frame[frame$study == study, ]
  x <- as.matrix(own[, c("a", "b", "c")])
  # Half the sum of squared coefficients times the penalty, a row.
  matrix <- if (penalty > 0) diag(penalty * nrow(own), 3) else NULL
  fit <- if (penalty > 0) lrm.fit(x, own$y, eps = 1e-13, maxit = 100, tol = 1e-14, penalty.matrix = matrix)
         else orm.fit(x, own$y, family = family, eps = 1e-13, maxit = 100, tol = 1e-14)
  yunique <- sort(unique(own$y))
  k <- length(yunique) - 1
  # The middle intercept of the sheet: position k %/% 2, counted from 0.
  all <- if (penalty > 0) fit$var else solve(as.matrix(fit$info.matrix))
  keep <- c(k %/% 2 + 1, k + 1:3)
  at <- fit$coefficients
  lp <- x %*% at[k + 1:3]
  F <- switch(family, logistic = plogis, probit = pnorm, loglog = function(x) exp(-exp(-x)),
              cloglog = function(x) 1 - exp(-exp(x)))
  level <- match(own$y, yunique)
  upper <- ifelse(level > 1, F(c(0, at[1:k])[level] + lp), 1)
  lower <- ifelse(level <= k, F(c(at[1:k], 0)[level] + lp), 0)
  fits[length(fits) + 1] <<- paste0(
    '{"study": "', study, '", "link": "', sub("logistic", "logit", family), '", "penalty": ', penalty,
    ', "values": ', number(yunique), ', "intercepts": ', number(at[1:k]),
    ', "coefficients": ', number(at[k + 1:3]), ', "covariance": ', number(all[keep, keep]),
    ', "log_likelihood": ', sprintf("%.15g", sum(log(upper - lower))),
    '}')
}
for (family in c("logistic", "probit", "loglog", "cloglog")) for (study in c("small", "scale", "floor"))
  add(study, family, 0)
for (study in c("small", "scale")) add(study, "logistic", 0.02)
writeLines(c(paste0('{"origin": "', origin, '",'), ' "fits": [', paste(fits, collapse = ",\n"), "]}"),
           "ordinal_orm.json")
