# C and its DeLong standard error in imputations 1-5 and 1-10 of psfmi_lbpmilr, by pROC.
# Rscript make_lbpmilr_auc.R PATH/psfmi_lbpmilr.csv   (in tests/oracles; the data stay where they are)
suppressMessages(library(pROC))
d <- read.csv(commandArgs(TRUE)[1])
rows <- lapply(1:10, function(i) {
  f <- glm(Chronic ~ Gender + Pain + Tampascale + Smoking + Function + Radiation + Age + Duration + BMI,
           binomial, d[d$Impnr == i, ])
  r <- roc(f$y, fitted(f), quiet = TRUE, direction = "<")
  data.frame(imputation = i, c = as.numeric(auc(r)), se = sqrt(var(r, method = "delong")))
})
con <- file("lbpmilr_auc.csv", "w")
writeLines(sprintf("# psfmi_lbpmilr; R %s, pROC %s; script make_lbpmilr_auc.R; 2026-11-25", getRversion(),
                   packageVersion("pROC")), con)
write.csv(do.call(rbind, rows), con, row.names = FALSE); close(con)
