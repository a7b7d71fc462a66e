// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/classical_segmenter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"
#include "tapmask/core/parallel.h"
#include "tapmask/track/classical/candidate_score.h"
#include "tapmask/track/classical/candidates.h"
#include "tapmask/track/classical/correction.h"
#include "tapmask/track/classical/lift.h"
#include "tapmask/track/classical/region.h"
#include "tapmask/track/classical/tap_picture.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {
namespace {

constexpr std::array<int, 6> kNeighbourOffsets{-6, -3, -1, 1, 3, 6};
constexpr size_t kMaxAlternatives = 3;

void Refuse(const char* why) {
  throw Error(Code::kInvalidArgument, why);
}

void CheckArguments(const AnalysisFrame& frame, std::span<const AnalysisFrame> neighbours,
                    std::span<const ImagePoint> points) {
  const Size size = frame.image.size();
  if (std::min(size.width, size.height) < kMinFrameSide ||
      std::max(size.width, size.height) > kMaxFrameSide) {
    Refuse("The frame's sides must be between 16 and 8192 pixels.");
  }
  for (size_t i = 0; i < neighbours.size(); ++i) {
    if (neighbours[i].image.size() != size) Refuse("Neighbours must have the frame's size.");
    if (neighbours[i].index == frame.index) Refuse("The frame is not its own neighbour.");
    if (i > 0 && neighbours[i].index <= neighbours[i - 1].index) {
      Refuse("Neighbours must come in ascending order.");
    }
  }
  for (const ImagePoint& point : points) {
    const Point2f& at = point.in_image;
    if (!(at.x >= 0 && at.y >= 0 && at.x <= size.width && at.y <= size.height)) {
      Refuse("Every point must be inside the frame.");
    }
  }
}

bool AnyIsObject(std::span<const ImagePoint> points) {
  return std::any_of(points.begin(), points.end(), [](const ImagePoint& p) { return p.is_object; });
}

bool SameFrame(const AnalysisFrame& a, const AnalysisFrame& b) {
  return a.index == b.index && a.image.SameSamples(b.image);
}

bool SamePoint(const ImagePoint& a, const ImagePoint& b) {
  return a.in_image == b.in_image && a.is_object == b.is_object;
}

// The first "this" point, then the others as they came.
std::vector<ImagePoint> InOrderOfUse(std::span<const ImagePoint> points) {
  std::vector<ImagePoint> ordered(points.begin(), points.end());
  const auto first =
      std::find_if(ordered.begin(), ordered.end(), [](const ImagePoint& p) { return p.is_object; });
  std::rotate(ordered.begin(), first, first + 1);
  return ordered;
}

// Whatever the grid said: "this" points are inside, "not this" points outside. Where two points
// contradict each other, the later one holds.
void KeepPromises(Mask& mask, std::span<const ImagePoint> points) {
  const auto pixel = [](double place, int size) {
    return std::clamp(static_cast<int>(std::floor(place)), 0, size - 1);
  };
  for (size_t i = 0; i < points.size(); ++i) {
    const int x = pixel(points[i].in_image.x, mask.width());
    const int y = pixel(points[i].in_image.y, mask.height());
    if (mask.At(x, y) == points[i].is_object) continue;
    double radius = 3;
    for (const ImagePoint& other : points) {
      if (other.is_object == points[i].is_object) continue;
      radius = std::min(radius, 0.5 * std::hypot(other.in_image.x - points[i].in_image.x,
                                                 other.in_image.y - points[i].in_image.y) -
                                    1);
    }
    const int r = std::max(0, static_cast<int>(radius));
    for (int dy = -r; dy <= r; ++dy) {
      for (int dx = -r; dx <= r; ++dx) {
        const int px = x + dx, py = y + dy;
        if (dx * dx + dy * dy > r * r || px < 0 || py < 0 || px >= mask.width() ||
            py >= mask.height()) {
          continue;
        }
        mask.MutableRow(py)[px] = points[i].is_object ? 255 : 0;
      }
    }
  }
}

// At least a pixel, however small the mask.
cv::Mat RegionOnGrid(const Mask& mask, const cv::Size& grid) {
  const cv::Mat pixels(mask.height(), mask.width(), CV_8UC1, const_cast<uint8_t*>(mask.data()));
  cv::Mat scaled;
  cv::resize(pixels, scaled, grid, 0, 0, cv::INTER_AREA);
  const cv::Mat region = scaled > 127;
  return cv::countNonZero(region) > 0 ? region : cv::Mat(scaled > 0);
}

// The pixel that is farthest from the region's border; the frame's border is one.
cv::Point DeepestPixel(const cv::Mat& region) {
  cv::Mat padded, depth;
  cv::copyMakeBorder(region, padded, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::distanceTransform(padded, depth, cv::DIST_L2, 3);
  cv::Point deepest;
  cv::minMaxLoc(depth(cv::Rect(1, 1, region.cols, region.rows)), nullptr, nullptr, nullptr,
                &deepest);
  return deepest;
}

CandidateScale ScaleBeside(double area, double answer_area) {
  if (area < 0.6 * answer_area) return CandidateScale::kPart;
  if (area > answer_area / 0.6) return CandidateScale::kGroup;
  return CandidateScale::kObject;
}

class ClassicalSegmenter final : public Segmenter {
 public:
  explicit ClassicalSegmenter(ClassicalSegmenterOptions options) : options_(options) {}

  std::vector<MaskCandidate> Segment(const AnalysisFrame& frame,
                                     std::span<const AnalysisFrame> neighbours,
                                     std::span<const ImagePoint> points) override {
    CheckArguments(frame, neighbours, points);
    if (!AnyIsObject(points)) Refuse("At least one point must be on the object.");
    return Guarded([&] {
      LookAtFrame(frame, neighbours);
      FollowPoints(Mask(), InOrderOfUse(points));
      return Answers();
    });
  }

  std::vector<MaskCandidate> Refine(const AnalysisFrame& frame,
                                    std::span<const AnalysisFrame> neighbours, const Mask& before,
                                    std::span<const ImagePoint> points) override {
    CheckArguments(frame, neighbours, points);
    if (points.empty()) Refuse("At least one point must be given.");
    if (before.size() != frame.image.size() || before.Empty()) {
      Refuse("What is corrected must have the frame's size, and must not be empty.");
    }
    return Guarded([&] {
      LookAtFrame(frame, neighbours);
      FollowPoints(before, {points.begin(), points.end()});
      return Answers();
    });
  }

  std::span<const int> NeighbourOffsets() const override { return kNeighbourOffsets; }

 private:
  // The region after each point that was followed on `look_`.
  struct Path {
    Mask before;                     // What is corrected; empty when the first point was a tap.
    cv::Mat region_before;           // Likewise, on the grid.
    std::vector<ImagePoint> points;  // The first tap first.
    cv::Point first;                 // That tap, or well inside of what is corrected.
    std::vector<cv::Mat> pool;       // Candidates of that tap; none for what is corrected.
    TapSeeds seeds;                  // The points, on the grid.
    cv::Mat region;
  };
  struct Look {
    AnalysisFrame frame;
    std::vector<AnalysisFrame> neighbours;
    TapPyramid pyramid;
  };

  template <class Work>
  std::vector<MaskCandidate> Guarded(const Work& work) {
    try {
      return work();
    } catch (const cv::Exception& e) {
      Forget();
      throw Error(Code::kInternal, "The object could not be cut out of this frame.", e.what());
    } catch (...) {
      Forget();
      throw;
    }
  }

  void Forget() {
    look_.reset();
    path_.reset();
  }

  void LookAtFrame(const AnalysisFrame& frame, std::span<const AnalysisFrame> neighbours) {
    if (look_ && SameFrame(look_->frame, frame) &&
        std::equal(look_->neighbours.begin(), look_->neighbours.end(), neighbours.begin(),
                   neighbours.end(), SameFrame)) {
      return;
    }
    Forget();
    look_ = Look{frame,
                 {neighbours.begin(), neighbours.end()},
                 MakeTapPyramid(frame, neighbours, options_.threads)};
  }

  cv::Point OnGrid(const ImagePoint& point) const {
    return TapGridPixel(point.in_image, look_->frame.image.size(), look_->pyramid.full.size());
  }

  void FollowPoints(const Mask& before, const std::vector<ImagePoint>& points) {
    const bool goes_on =
        path_ && path_->before == before && path_->points.size() <= points.size() &&
        std::equal(path_->points.begin(), path_->points.end(), points.begin(), SamePoint);
    if (!goes_on && before.Empty()) FollowFirst(points.front());
    if (!goes_on && !before.Empty()) BeginWith(before);
    for (size_t i = path_->points.size(); i < points.size(); ++i) FollowNext(points[i]);
  }

  void FollowFirst(const ImagePoint& tap) {
    Path path;
    path.points = {tap};
    path.first = OnGrid(tap);
    path.seeds.object = {path.first};
    path.pool = GrowCandidates(look_->pyramid, path.first, options_.threads);
    const Ranking ranking = Rank(look_->pyramid.full, path.pool, path.first, options_.threads);
    path.region = path.pool[Best(ranking)];
    path_ = std::move(path);
  }

  void BeginWith(const Mask& before) {
    Path path;
    path.before = before;
    path.region_before = RegionOnGrid(before, look_->pyramid.full.size());
    path.region = path.region_before;
    path.first = DeepestPixel(path.region);
    path_ = std::move(path);
  }

  void FollowNext(const ImagePoint& point) {
    path_->region = Correct(look_->pyramid, path_->region, path_->pool, path_->first, path_->seeds,
                            {OnGrid(point), point.is_object}, options_.threads);
    (point.is_object ? path_->seeds.object : path_->seeds.background).push_back(OnGrid(point));
    path_->points.push_back(point);
  }

  // Regions that agree with all points, the answer first.
  std::vector<cv::Mat> AgreeingRegions() const {
    const TapSeeds& seeds = path_->seeds;
    std::vector<cv::Mat> regions{path_->region};
    std::vector<cv::Mat> others = path_->pool;
    if (path_->points.size() > 1 && !seeds.object.empty()) {
      // What a bolder reading of the points gives: the whole border may move.
      constexpr std::array<float, 2> kSoftness{0.2f, 0.5f};
      std::vector<cv::Mat> bolder(kSoftness.size());
      RunTasks(static_cast<int>(bolder.size()), options_.threads, [&](int task) {
        const auto i = static_cast<size_t>(task);
        bolder[i] = GrowRegion(look_->pyramid, path_->region, seeds, {2, 0.6f, kSoftness[i]});
      });
      others.insert(others.begin(), bolder.begin(), bolder.end());
    }
    for (const cv::Mat& region : others) {
      const auto holds = [&](const cv::Point& p) { return region.at<uint8_t>(p) != 0; };
      if (std::all_of(seeds.object.begin(), seeds.object.end(), holds) &&
          std::none_of(seeds.background.begin(), seeds.background.end(), holds) &&
          RegionOverlap(region, path_->region) < 0.95) {
        regions.push_back(region);
      }
    }
    return regions;
  }

  std::vector<MaskCandidate> Answers() const {
    const std::vector<cv::Mat> regions = AgreeingRegions();
    const Ranking ranking = Rank(look_->pyramid.full, regions, path_->first, options_.threads);
    std::vector<size_t> order = Alternatives(ranking, 0, kMaxAlternatives);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return ConfidenceOf(ranking, a) > ConfidenceOf(ranking, b);
    });
    order.insert(order.begin(), 0);

    const double answer_area = cv::countNonZero(regions.front());
    // Who points again looks at what was found: each further point halves the doubt.
    const size_t further = path_->points.size() - (path_->before.Empty() ? 1 : 0);
    const double doubt = std::pow(0.5, static_cast<double>(further));
    std::vector<MaskCandidate> answers(order.size());
    RunTasks(static_cast<int>(order.size()), options_.threads, [&](int task) {
      const auto i = static_cast<size_t>(task);
      const cv::Mat& region = regions[order[i]];
      Mask mask = LiftMask(SoftRegion(region), look_->frame.image);
      if (!path_->before.Empty()) KeepUnchanged(mask, region);
      KeepPromises(mask, path_->points);
      // What was not chosen is no surer than what was.
      const double confidence = std::min(ConfidenceOf(ranking, order[i]), ConfidenceOf(ranking, 0));
      answers[i] = {mask, 1 - doubt * (1 - confidence),
                    ScaleBeside(cv::countNonZero(region), answer_area)};
    });
    return answers;
  }

  // Where `region` is what was there before, the mask stays as it was.
  void KeepUnchanged(Mask& mask, const cv::Mat& region) const {
    cv::Mat changed = region ^ path_->region_before;
    cv::dilate(changed, changed, cv::getStructuringElement(cv::MORPH_ELLIPSE, {7, 7}));
    changed = ScaleRegion(changed, cv::Size(mask.width(), mask.height()));
    for (int y = 0; y < mask.height(); ++y) {
      const auto* row_changed = changed.ptr<uint8_t>(y);
      const uint8_t* row_before = path_->before.Row(y);
      uint8_t* row = mask.MutableRow(y);
      for (int x = 0; x < mask.width(); ++x) {
        if (!row_changed[x]) row[x] = row_before[x];
      }
    }
  }

  const ClassicalSegmenterOptions options_;
  std::optional<Look> look_;  // What the last call looked at.
  std::optional<Path> path_;  // On `look_`.
};

}  // namespace

std::unique_ptr<Segmenter> MakeClassicalSegmenter(ClassicalSegmenterOptions options) {
  if (options.threads < 1) {
    throw Error(Code::kInvalidArgument, "The number of threads must be at least 1.");
  }
  return std::make_unique<ClassicalSegmenter>(options);
}

}  // namespace tapmask
