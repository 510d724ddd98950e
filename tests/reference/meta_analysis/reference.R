# Prints the numbers of case.toml. Needs R and metafor (Debian: r-base-core, r-cran-metafor).
suppressMessages(library(metafor))
options(digits = 12)
tight <- list(threshold = 1e-13, stepadj = 1, maxiter = 10000, tol = 1e-14)

show <- function(label, yi, vi) {
  cat("\n##", label, "\n")
  for (method in c("FE", "DL", "REML", "PM")) for (test in c("z", "knha", "adhoc")) {
    if (method == "FE" && test != "z") next
    fit <- rma(yi, vi, method = method, test = test, control = tight)
    interval <- if (method == "FE") c(NA, NA) else confint(fit, control = tight)$random[1, 2:3]
    k <- fit$k
    half <- qt(0.975, k - 2) * sqrt(fit$se^2 + fit$tau2)  # Higgins, Thompson & Spiegelhalter 2009
    numbers <- c(fit$b, fit$se, fit$ci.lb, fit$ci.ub, fit$pval, fit$tau2, interval, fit$I2 / 100, fit$QE, fit$QEp,
                 fit$b - half, fit$b + half)
    cat(method, test, paste(format(numbers, digits = 12), collapse = ", "), "\n")
  }
}

tpos <- c(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27)
tneg <- c(119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886)
cpos <- c(11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)
cneg <- c(128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825)
risk <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg)
odds <- escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg)
show("BCG log risk ratios", risk$yi, risk$vi)
show("BCG log odds ratios", odds$yi, odds$vi)

# Self-made, in the manner of studies of infusion courses.
show("means", c(-3.1, -2.4, -4.0, -1.2, -2.9), c(2.1, 2.6, 1.9, 2.8, 2.2)^2 / c(61, 34, 17, 55, 77))
share <- escalc("PLO", xi = c(48, 55, 15, 25, 13), ni = c(61, 77, 55, 34, 17))
show("shares", share$yi, share$vi)
zero <- escalc("PLO", xi = c(6, 0, 13, 25), ni = c(6, 12, 17, 34), add = 1/2, to = "only0")
show("shares with zero cells, 1/2 added to those studies", zero$yi, zero$vi)
rate <- escalc("IRLN", xi = c(5, 12, 1, 30), ti = c(3.11, 4.2, 2.5, 19.6))
show("rates", rate$yi, rate$vi)
none <- escalc("IRLN", xi = c(5, 0, 1, 30), ti = c(3.11, 4.2, 2.5, 19.6), add = 1/2, to = "only0")
show("rates with no event, 1/2 added to that study", none$yi, none$vi)
show("alike", c(0.50, 0.52, 0.49, 0.51), c(0.04, 0.05, 0.03, 0.06))
show("a little heterogeneous", c(0.1, 0.5, 0.3, 0.9), c(0.04, 0.05, 0.03, 0.06))
