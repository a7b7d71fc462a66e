// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/membrane.h"

#include <cmath>
#include <utility>

namespace tapmask {
namespace {

// How the membrane is solved: on ever coarser grids the known samples are averaged until one cell
// is left, then from coarse to fine each grid starts from the one below and is relaxed a few times.
// On a coarse grid the known samples pull with a weight w between 0 and 1, and the solution obeys
//   u = w * known + (1 - w) * mean of the four neighbours.
// A cell counts as wholly known when half of it is: a border then stays a border on every grid,
// and the solution changes little when the border moves by a sample.
constexpr int kGridSweeps = 6;  // Of each grid.
constexpr int kCoarsestGridSweeps = 40;
// Of a damped Jacobi iteration; smooths best in two dimensions.
constexpr float kRelaxation = 0.8F;

// Width of the border average of the coarse grids, in their cells: the deeper in the fill, the more
// of the surroundings it is an average of.
constexpr Sigma kCoarseBorder{1.0, 1.0};

struct Grid {
  Field solution;
  Field pull;    // w * known.
  Field weight;  // w.
};

struct Run {
  int begin = 0;
  int end = 0;
};

// The part of each row that is not wholly known.
std::vector<Run> OpenRuns(const Field& weight) {
  std::vector<Run> runs(static_cast<size_t>(weight.height()));
  for (int y = 0; y < weight.height(); ++y) {
    const float* row = weight.Row(y);
    int begin = 0, end = weight.width();
    while (begin < end && row[begin] == 1) ++begin;
    while (end > begin && row[end - 1] == 1) --end;
    runs[static_cast<size_t>(y)] = {begin, end};
  }
  return runs;
}

void Relax(Grid& grid, const std::vector<Run>& runs, int sweeps) {
  const int width = grid.solution.width(), last = grid.solution.height() - 1;
  const auto padded = static_cast<size_t>(width) + 2;
  std::vector<float> before(padded), above_before(padded);  // Rows as they were before the sweep.
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    bool above_kept = false;
    for (int y = 0; y <= last; ++y) {
      const auto [begin, end] = runs[static_cast<size_t>(y)];
      if (begin >= end) {
        above_kept = false;
        continue;
      }
      float* row = grid.solution.Row(y);
      std::copy_n(row, width, before.begin() + 1);
      before.front() = row[0];
      before.back() = row[width - 1];
      const float* here = before.data() + 1;
      const float* above = y == 0 ? here : above_kept ? above_before.data() + 1 : row - width;
      const float* below = y == last ? here : grid.solution.Row(y + 1);
      const float* pull = grid.pull.Row(y);
      const float* weight = grid.weight.Row(y);
      for (int x = begin; x < end; ++x) {
        const float mean = 0.25F * ((above[x] + below[x]) + (here[x - 1] + here[x + 1]));
        row[x] = here[x] + kRelaxation * (pull[x] + (1 - weight[x]) * mean - here[x]);
      }
      std::swap(before, above_before);
      above_kept = true;
    }
  }
}

// The next coarser grid; its solution is the mean of the known samples in each cell, 0 for none.
Grid Coarsen(const Grid& fine) {
  const Rect& from = fine.solution.area();
  const Rect area = CoarserArea(from);
  Grid coarse{Field(area), Field(area), Field(area)};
  for (int y = 0; y < area.height; ++y) {
    const Pair rows = SamplesOfCell(area.y + y, from.y, from.height);
    const float* pull_a = fine.pull.Row(rows.first);
    const float* pull_b = fine.pull.Row(rows.second);
    const float* weight_a = fine.weight.Row(rows.first);
    const float* weight_b = fine.weight.Row(rows.second);
    float* solution = coarse.solution.Row(y);
    float* pull = coarse.pull.Row(y);
    float* weight = coarse.weight.Row(y);
    for (int x = 0; x < area.width; ++x) {
      const auto [left, right] = SamplesOfCell(area.x + x, from.x, from.width);
      const float known = (weight_a[left] + weight_a[right]) + (weight_b[left] + weight_b[right]);
      if (known == 0) continue;
      const float pulled = (pull_a[left] + pull_a[right]) + (pull_b[left] + pull_b[right]);
      solution[x] = pulled / known;
      weight[x] = std::min(0.5F * known, 1.0F);
      pull[x] = weight[x] * solution[x];
    }
  }
  return coarse;
}

// A Gaussian in two dimensions, not normalised.
class Bell {
 public:
  explicit Bell(const Sigma& sigma)
      : reach_x_(static_cast<int>(std::ceil(2.5 * sigma.x))),
        reach_y_(static_cast<int>(std::ceil(2.5 * sigma.y))) {
    for (int y = -reach_y_; y <= reach_y_; ++y) {
      for (int x = -reach_x_; x <= reach_x_; ++x) {
        const double u = x / sigma.x, v = y / sigma.y;
        weights_.push_back(static_cast<float>(std::exp(-0.5 * (u * u + v * v))));
      }
    }
  }

  // The mean of the known cells around a known one.
  float MeanAround(const Grid& grid, int x, int y) const {
    const int left = std::max(x - reach_x_, 0);
    const int right = std::min(x + reach_x_, grid.solution.width() - 1);
    const int top = std::max(y - reach_y_, 0);
    const int bottom = std::min(y + reach_y_, grid.solution.height() - 1);
    float sum = 0, total = 0;
    for (int v = top; v <= bottom; ++v) {
      const int row = (v - y + reach_y_) * (2 * reach_x_ + 1) + left - x + reach_x_;
      const float* bell = weights_.data() + row;
      const float* pull = grid.pull.Row(v) + left;
      const float* weight = grid.weight.Row(v) + left;
      for (int i = 0; i <= right - left; ++i) {
        sum += bell[i] * pull[i];
        total += bell[i] * weight[i];
      }
    }
    return sum / total;
  }

 private:
  int reach_x_;
  int reach_y_;
  std::vector<float> weights_;
};

// Each known cell beside one that is not wholly known becomes an average of the known ones around
// it, by their weights. `runs` are the parts of the rows that are not wholly known.
void AverageBorder(Grid& grid, const std::vector<Run>& runs, const Sigma& sigma) {
  const Bell bell(sigma);
  const int last_x = grid.solution.width() - 1, last_y = grid.solution.height() - 1;
  for (int y = 0; y <= last_y; ++y) {
    int begin = last_x + 1, end = 0;
    for (int v = std::max(y - 1, 0); v <= std::min(y + 1, last_y); ++v) {
      const Run& run = runs[static_cast<size_t>(v)];
      if (run.begin >= run.end) continue;
      begin = std::min(begin, std::max(run.begin - 1, 0));
      end = std::max(end, std::min(run.end, last_x) + 1);
    }
    const float* here = grid.weight.Row(y);
    const float* above = grid.weight.Row(std::max(y - 1, 0));
    const float* below = grid.weight.Row(std::min(y + 1, last_y));
    for (int x = begin; x < end; ++x) {
      const bool at_border = here[x] < 1 || above[x] < 1 || below[x] < 1 ||
                             here[std::max(x - 1, 0)] < 1 || here[std::min(x + 1, last_x)] < 1;
      if (here[x] > 0 && at_border) grid.solution.Row(y)[x] = bell.MeanAround(grid, x, y);
    }
  }
  // Only now, since all averages are of the cells as they were.
  for (int y = 0; y <= last_y; ++y) {
    const float* weight = grid.weight.Row(y);
    const float* solution = grid.solution.Row(y);
    float* pull = grid.pull.Row(y);
    for (int x = 0; x <= last_x; ++x) pull[x] = weight[x] * solution[x];
  }
}

void ReadFromCoarser(const Grid& coarse, Grid& fine, const std::vector<Run>& runs) {
  CoarseReader reader(coarse.solution, fine.solution.area(), 1);
  std::vector<float> values(static_cast<size_t>(fine.solution.width()));
  for (int y = 0; y < fine.solution.height(); ++y) {
    const auto [begin, end] = runs[static_cast<size_t>(y)];
    reader.ReadRow(y, begin, end, values.data());
    float* row = fine.solution.Row(y);
    const float* weight = fine.weight.Row(y);
    for (int x = begin; x < end; ++x) {
      if (weight[x] < 1) row[x] = values[static_cast<size_t>(x)];
    }
  }
}

}  // namespace

Field StretchMembrane(Field samples, Field weights, const Sigma& border) {
  std::vector<Grid> grids;
  std::vector<std::vector<Run>> runs;
  runs.push_back(OpenRuns(weights));
  Field pull = samples;
  grids.push_back({std::move(samples), std::move(pull), std::move(weights)});
  AverageBorder(grids[0], runs[0], border);
  while (grids.back().solution.width() > 1 || grids.back().solution.height() > 1) {
    grids.push_back(Coarsen(grids.back()));
    runs.push_back(OpenRuns(grids.back().weight));
  }
  // After all grids are made, so that the averages do not widen from grid to grid.
  for (size_t i = 1; i < grids.size(); ++i) AverageBorder(grids[i], runs[i], kCoarseBorder);

  Relax(grids.back(), runs.back(), kCoarsestGridSweeps);
  for (size_t i = grids.size() - 1; i-- > 0;) {
    ReadFromCoarser(grids[i + 1], grids[i], runs[i]);
    Relax(grids[i], runs[i], kGridSweeps);
  }

  return std::move(grids[0].solution);
}

}  // namespace tapmask
