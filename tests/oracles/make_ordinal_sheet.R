# Frozen figures for tests of ordinal sheets: what rms says of the mean, the chance of each value and
# the quantiles by fits of orm, whose coefficients the tests write into a sheet by hand.
# Run in tests/oracles: Rscript make_ordinal_sheet.R
# The data are those of ordinal_orm_data.csv, simulated (study "small"); no patient is in them.
suppressMessages(library(rms))
frame <- read.csv("ordinal_orm_data.csv", comment.char = "#")
own <- frame[frame$study == "small", ]
origin <- paste0("R ", getRversion(), ", rms ", packageVersion("rms"),
                 "; tests/oracles/make_ordinal_sheet.R; ", Sys.Date())
number <- function(x) paste0("[", paste(sprintf("%.15g", as.numeric(x)), collapse = ", "), "]")
rows <- c(1, 2, 7, 19, 33, 48, 60)
new <- own[rows, ]
fits <- c()
for (family in c("logistic", "probit", "loglog", "cloglog")) {
  fit <- orm(y ~ a + b + c, data = own, family = family, eps = 1e-13, maxit = 100)
  k <- length(fit$yunique) - 1
  at <- coef(fit)
  lp <- as.numeric(as.matrix(new[, c("a", "b", "c")]) %*% at[k + 1:3])
  # Mean, Quantile and ExProb take a linear predictor with the reference intercept.
  reference <- lp + at[fit$interceptRef]
  quantile <- Quantile(fit)
  chance <- ExProb(fit)
  reached <- chance(reference, y = fit$yunique[-1])$prob
  fits[length(fits) + 1] <- paste0(
    '{"link": "', sub("logistic", "logit", family), '", "values": ', number(fit$yunique),
    ', "intercepts": ', number(at[1:k]), ', "coefficients": ', number(at[k + 1:3]),
    ', "mean": ', number(predict(fit, new, type = "mean")),
    ', "reached": [', paste(apply(reached, 2, number), collapse = ", "), "]",
    ', "interpolated_median": ', number(quantile(0.5, reference)),
    ', "interpolated_90": ', number(quantile(0.9, reference)), "}")
}
writeLines(c(paste0('{"origin": "', origin, '",'),
             paste0(' "people": [', paste(apply(new[, c("a", "b", "c")], 1, number), collapse = ", "), "],"),
             ' "fits": [', paste(fits, collapse = ",\n"), "]}"), "ordinal_sheet.json")
