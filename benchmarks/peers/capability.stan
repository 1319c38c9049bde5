// The capability block, written by hand after forkmodel/model/capability.py and forkmodel/model/frontier.py.
// Log density up to a constant; the numbers of the priors are data. Lines are ordered closed first, then open.
functions {
  // A path (knot, line) where each line's models have their median release date.
  row_vector at_median(matrix path, matrix weights) {
    return columns_dot_product(path, weights);
  }
}
data {
  int<lower=1> n_models;
  int<lower=1> n_benchmarks;
  int<lower=1> n_knots;
  int<lower=1> n_closed;
  int<lower=1> n_open;
  int<lower=1> n_scores;

  matrix[n_knots, n_closed + n_open] median_weight; // interpolates at the median release date
  matrix[n_knots, n_closed + n_open] exists;        // 1 from the knot at which the line has a model
  matrix[n_knots - 1, n_open] after_start;          // 1 for steps after the line's first knot
  matrix[n_knots, n_open] line_age;                 // knots since the first, at least 0

  array[n_models] int<lower=1> model_line;
  array[n_models] int<lower=1> model_knot;          // the knot before its release
  vector[n_models] model_fraction;                  // and the part of the way to the next
  vector[n_models] model_open;

  vector[n_scores] logit_score;
  array[n_scores] int<lower=1> model_of;
  array[n_scores] int<lower=1> benchmark_of;
  vector[n_scores] reported;                        // 1 where the developer reports

  // Each prior's two parameters, PyMC's; of half-normals and the zero-sum spreads the second is the scale.
  vector[2] growth_closed_prior;
  vector[2] growth_open_prior;
  vector[2] growth_spread_prior;
  vector[2] catch_up_prior;
  vector[2] shortfall_closed_prior;
  vector[2] shortfall_open_prior;
  vector[2] developer_bias_prior;
  vector[2] developer_noise_ratio_prior;
  vector[2] score_tail_prior;                       // shape and scale
  vector[2] discrimination_spread_prior;
  vector[2] intercept_spread_prior;
  vector[2] line_level_prior;
  vector[2] score_noise_prior;
}
transformed data {
  int n_lines = n_closed + n_open;
}
parameters {
  real<lower=0> growth_closed;
  real<lower=0> growth_open;
  real<lower=0> growth_spread;
  real<lower=0, upper=1> catch_up;
  real<lower=0> shortfall_closed;
  real<lower=0> shortfall_open;
  real developer_bias;
  real<lower=0> developer_noise_ratio;
  real<lower=0> score_tail;
  real<lower=0> discrimination_spread;
  real<lower=0> intercept_spread;
  vector[n_lines] line_level;
  matrix[n_knots - 1, n_lines] growth_shock;
  vector<lower=0>[n_models] shortfall_unit;
  sum_to_zero_vector[n_benchmarks] log_discrimination;
  sum_to_zero_vector[n_benchmarks] intercept;
  vector<lower=0>[n_benchmarks] score_noise;
}
model {
  row_vector[n_lines] level = (line_level' - 140) / 10;
  matrix[n_knots, n_lines] frontier;
  {
    matrix[n_knots - 1, n_lines] luck = growth_spread * growth_shock - 0.5 * square(growth_spread);
    matrix[n_knots, n_closed] grown;
    grown[1] = rep_row_vector(0, n_closed);
    for (q in 2 : n_knots) {
      grown[q] = grown[q - 1] + growth_closed / 40 * exp(luck[q - 1, 1 : n_closed]);
    }
    row_vector[n_closed] shift = level[1 : n_closed] - at_median(grown, median_weight[, 1 : n_closed]);
    vector[n_knots] best;
    for (q in 1 : n_knots) {
      frontier[q, 1 : n_closed] = grown[q] + shift;
      best[q] = max(frontier[q, 1 : n_closed] - 1e3 * (1 - exists[q, 1 : n_closed]));
    }

    matrix[n_knots, n_open] without; // where an open line would be without its first gap
    row_vector[n_open] moved = rep_row_vector(0, n_open);
    without[1] = rep_row_vector(best[1], n_open);
    for (q in 2 : n_knots) {
      row_vector[n_open] step = growth_open / 40 * exp(luck[q - 1, n_closed + 1 : n_lines]);
      moved = (1 - catch_up) * moved + (best[q] - best[q - 1] - step) .* after_start[q - 1];
      without[q] = best[q] - moved;
    }
    matrix[n_knots, n_open] left = exp(log1m(catch_up) * line_age);
    matrix[n_knots, n_open] weight = median_weight[, n_closed + 1 : n_lines];
    row_vector[n_open] gap = (at_median(without, weight) - level[n_closed + 1 : n_lines])
                             ./ at_median(left, weight);
    frontier[, n_closed + 1 : n_lines] = without - rep_matrix(gap, n_knots) .* left;
  }

  vector[n_models] theta;
  for (m in 1 : n_models) {
    theta[m] = frontier[model_knot[m], model_line[m]] * (1 - model_fraction[m])
               + frontier[model_knot[m] + 1, model_line[m]] * model_fraction[m];
  }
  theta -= (shortfall_closed + (shortfall_open - shortfall_closed) * model_open) / 10 .* shortfall_unit;

  growth_closed ~ lognormal(growth_closed_prior[1], growth_closed_prior[2]);
  growth_open ~ lognormal(growth_open_prior[1], growth_open_prior[2]);
  growth_spread ~ normal(0, growth_spread_prior[2]);
  catch_up ~ beta(catch_up_prior[1], catch_up_prior[2]);
  shortfall_closed ~ lognormal(shortfall_closed_prior[1], shortfall_closed_prior[2]);
  shortfall_open ~ lognormal(shortfall_open_prior[1], shortfall_open_prior[2]);
  developer_bias ~ normal(developer_bias_prior[1], developer_bias_prior[2]);
  developer_noise_ratio ~ lognormal(developer_noise_ratio_prior[1], developer_noise_ratio_prior[2]);
  score_tail ~ gamma(score_tail_prior[1], 1 / score_tail_prior[2]);
  discrimination_spread ~ normal(0, discrimination_spread_prior[2]);
  intercept_spread ~ normal(0, intercept_spread_prior[2]);
  line_level ~ normal(line_level_prior[1], line_level_prior[2]);
  to_vector(growth_shock) ~ std_normal();
  shortfall_unit ~ exponential(1);
  // A vector that sums to zero has one dimension less than elements.
  log_discrimination ~ normal(0, discrimination_spread);
  intercept ~ normal(0, intercept_spread);
  target += log(discrimination_spread) + log(intercept_spread);
  score_noise ~ lognormal(score_noise_prior[1], score_noise_prior[2]);

  vector[n_scores] location = exp(log_discrimination[benchmark_of]) .* theta[model_of]
                              + intercept[benchmark_of] + developer_bias * reported;
  vector[n_scores] scale = score_noise[benchmark_of] .* (1 + (developer_noise_ratio - 1) * reported);
  logit_score ~ student_t(score_tail, location, scale);
}
