# R 4.2.2, nlme 3.1-162: the antidepressant trial (data of rbmi 1.5.2, Apache-2.0), change by visit and arm, unstructured, REML.
# Rscript reference.R antidepressant_data.csv.gz
library(nlme)
d <- read.csv(gzfile(commandArgs(TRUE)[1]))
d <- d[!is.na(d$CHANGE), ]
d$VISIT <- factor(d$VISIT); d$THERAPY <- factor(d$THERAPY, levels = c("PLACEBO", "DRUG")); d$time <- as.integer(d$VISIT)
d <- d[order(d$PATIENT, d$time), ]
fit <- gls(CHANGE ~ BASVAL + THERAPY * VISIT, d, method = "REML", correlation = corSymm(form = ~ time | PATIENT),
           weights = varIdent(form = ~ 1 | VISIT),
           control = glsControl(tolerance = 1e-14, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "optim", optimMethod = "BFGS",
                                apVar = FALSE))
options(digits = 12)
s <- fit$sigma * c(1, coef(fit$modelStruct$varStruct, unconstrained = FALSE))
cat("names =", paste(names(coef(fit)), collapse = " "), "\n")
cat("estimate =", format(coef(fit)), "\n")
cat("standard_error =", format(sqrt(diag(fit$varBeta))), "\n")
cat("log_likelihood =", format(as.numeric(logLik(fit))), "\n")
cat("sd =", format(s), "\n")
cat("correlation =", format(coef(fit$modelStruct$corStruct, unconstrained = FALSE)), "\n")
cat("rows =", nrow(d), "subjects =", length(unique(d$PATIENT)), "\n")
