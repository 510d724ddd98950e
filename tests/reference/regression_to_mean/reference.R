# R 4.2.2, nlme 3.1-162: random level, exponential spells with a nugget, maximum likelihood.
library(nlme)
data <- read.csv("data.csv")
control <- lmeControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-12, msTol = 1e-14, opt = "nlminb")
fit <- lme(rating ~ 1, random = ~ 1 | person, data = data, method = "ML", control = control,
           correlation = corExp(value = c(5, 0.2), form = ~ day | person, nugget = TRUE))
shape <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
level <- as.numeric(getVarCov(fit)[1, 1])
numbers <- c(mean = as.numeric(fixef(fit)), level_variance = level,
             spell_variance = fit$sigma^2 * (1 - shape[["nugget"]]), spell_days = shape[["range"]],
             error_variance = fit$sigma^2 * shape[["nugget"]], log_likelihood = as.numeric(logLik(fit)))
for (name in names(numbers)) cat(sprintf("%s = %.12g\n", name, numbers[[name]]))

# The prediction of a rating five days after the last one, for the first person, at these parameters: matrix algebra.
one <- data[data$person == 1, ]
s2 <- numbers[["spell_variance"]]; v <- numbers[["error_variance"]]; theta <- numbers[["spell_days"]]
V <- level + s2 * exp(-abs(outer(one$day, one$day, "-")) / theta) + v * diag(nrow(one))
k <- level + s2 * exp(-(5 - one$day) / theta)
cat(sprintf("predicted_mean = %.12g\n", numbers[["mean"]] + sum(k * solve(V, one$rating - numbers[["mean"]]))))
cat(sprintf("predicted_variance = %.12g\n", level + s2 + v - sum(k * solve(V, k))))
