// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/scene.h"

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/scene/actors.h"
#include "tapmask/scene/background.h"
#include "tapmask/scene/film.h"
#include "tapmask/scene/texture.h"

namespace tapmask {

using namespace scene_internal;

namespace {

void Check(double value, double low, double high, const char* name) {
  if (value >= low && value <= high) return;
  throw Error(Code::kInvalidArgument,
              fmt::format("The made-up film's {} must be from {} to {}.", name, low, high));
}

void CheckOptions(const SceneOptions& options) {
  Check(options.width, 32, 8192, "width");
  Check(options.height, 32, 8192, "height");
  Check(options.frames, 1, 1'000'000, "number of frames");
  Check(options.frames_per_second, 0.001, 1000, "frame rate");
  Check(options.pan_px, -4000, 4000, "pan");
  Check(options.zoom, 0.5, 4, "zoom");
  Check(options.shake_px, 0, 50, "shake");
  Check(options.noise, 0, 64, "noise");
  Check(options.light_change, 0, 1, "change of light");
  Check(options.second_object, 0, 1, "second object");
  Check(options.cut_frame, 0, 1'000'000, "cut frame");
}

constexpr float kFigureShadow = 70, kBallShadow = 34;

Vec FigureShadowAt(const Pose& pose) {
  return {pose.foot.x + 8, kFigureGround};
}
Vec BallShadowAt(const Ball& ball) {
  return {ball.centre.x + 6, kBallGround - 1};
}

// The objects of one frame, painted on a copy of the part of the plate where they are.
class Front {
 public:
  // `plate` has everything but the objects and the post, which stands before the figure.
  Front(const Canvas& plate, uint64_t seed, const Pose& pose, const std::optional<Ball>& ball,
        const std::optional<float>& post_x)
      : canvas_(CopyOf(plate, AreaOf(plate, pose, ball))),
        figure_(Cells()),
        ball_(Cells()),
        post_(Cells()) {
    PaintShadow(canvas_, FigureShadowAt(pose), kFigureShadow);
    if (ball) PaintShadow(canvas_, BallShadowAt(*ball), kBallShadow);
    PaintFigure(canvas_, seed + 5000, pose, &figure_);
    if (post_x) PaintPost(canvas_, seed + 6000, *post_x, &post_);
    if (ball) PaintBall(canvas_, seed + 7000, *ball, &ball_);
  }

  const Canvas& canvas() const { return canvas_; }

  // Visible pixels: more than half of the pixel is the object and nothing before it.
  void MarkVisible(Mask& figure, Mask* ball) const {
    const Rect& area = canvas_.area();
    size_t i = 0;
    for (int y = area.y; y < area.bottom(); ++y) {
      uint8_t* figure_row = figure.MutableRow(y);
      uint8_t* ball_row = ball ? ball->MutableRow(y) : nullptr;
      for (int x = area.x; x < area.right(); ++x, ++i) {
        if (figure_[i] * (1 - post_[i]) * (1 - ball_[i]) > 0.5f) figure_row[x] = 255;
        if (ball_row && ball_[i] > 0.5f) ball_row[x] = 255;
      }
    }
  }

 private:
  static Rect AreaOf(const Canvas& plate, const Pose& pose, const std::optional<Ball>& ball) {
    Rect area = Unite(plate.PixelsFrom(FigureBounds(pose)),
                      plate.PixelsFrom(ShadowBounds(FigureShadowAt(pose), kFigureShadow)));
    if (!ball) return area;
    area = Unite(area, plate.PixelsFrom(BallBounds(*ball)));
    return Unite(area, plate.PixelsFrom(ShadowBounds(BallShadowAt(*ball), kBallShadow)));
  }

  static Canvas CopyOf(const Canvas& plate, const Rect& area) {
    Canvas copy = plate.Blank(area);
    for (int y = area.y; y < area.bottom(); ++y) {
      std::copy_n(&plate.At(area.x, y), area.width, &copy.At(area.x, y));
    }
    return copy;
  }

  size_t Cells() const {
    return static_cast<size_t>(canvas_.area().width) * static_cast<size_t>(canvas_.area().height);
  }

  Canvas canvas_;
  std::vector<float> figure_, ball_, post_;  // How much of each pixel they cover.
};

// Turns canvases into what a camera records: the light's strength, and noise that depends on the
// place and the frame only, so that image and plate have the same.
class Sensor {
 public:
  Sensor(uint64_t seed, int frame, float light, double noise)
      : base_(Hash(seed, frame)), light_(light), noise_(static_cast<float>(noise)) {}

  void Record(const Canvas& canvas, int whole_width, std::vector<uint8_t>& bgr) const {
    const Rect& area = canvas.area();
    for (int y = area.y; y < area.bottom(); ++y) {
      const size_t row = static_cast<size_t>(y) * static_cast<size_t>(whole_width);
      for (int x = area.x; x < area.right(); ++x) {
        const size_t pixel = row + static_cast<size_t>(x);
        const uint64_t bits = Mix(base_ + pixel);
        const Color& c = canvas.At(x, y);
        bgr[3 * pixel] = Level(c.b, static_cast<uint32_t>(bits));
        bgr[3 * pixel + 1] = Level(c.g, static_cast<uint32_t>(bits >> 21));
        bgr[3 * pixel + 2] = Level(c.r, static_cast<uint32_t>(bits >> 42));
      }
    }
  }

 private:
  uint8_t Level(float value, uint32_t bits) const {
    const float level = value * light_ + noise_ * Bell(bits) + 0.5f;
    return static_cast<uint8_t>(std::clamp(level, 0.0f, 255.0f));
  }

  uint64_t base_;
  float light_, noise_;
};

}  // namespace

struct Scene::Places {
  explicit Places(const SceneOptions& options)
      : film(options), street(film.Shown(), film.LargestScale(), [&](Canvas& canvas) {
          PaintStreet(canvas, options.seed);
        }) {
    if (options.cut_frame == 0) return;
    lake.emplace(film.Shown(), film.LargestScale(),
                 [&](Canvas& canvas) { PaintLake(canvas, options.seed); });
  }

  Film film;
  Texture street;
  std::optional<Texture> lake;
};

Scene::Scene(const SceneOptions& options) : options_(options) {
  CheckOptions(options);
  places_ = std::make_shared<const Places>(options);
}

Scene::Rendered Scene::Render(int frame) const {
  Check(frame, 0, options_.frames - 1, "frame");
  const Film& film = places_->film;
  const Film::Camera camera = film.CameraAt(frame);
  const bool is_other_place = film.IsOtherPlace(frame);
  const int width = options_.width, height = options_.height;
  const Sensor sensor(options_.seed + 8000, frame, film.LightAt(frame), options_.noise);

  Canvas plate({0, 0, width, height}, camera.origin, camera.scale);
  (is_other_place ? *places_->lake : places_->street).SampleInto(plate);
  Rendered out;
  out.objects.assign(options_.second_object ? 2 : 1, Mask(width, height));
  out.shadow = Mask(width, height);
  std::vector<uint8_t> bgr(3 * static_cast<size_t>(width) * static_cast<size_t>(height));
  if (is_other_place) {
    sensor.Record(plate, width, bgr);
    out.image = out.plate = BgrImage(width, height, std::move(bgr));
    return out;
  }

  const Pose pose = film.FigureAt(frame);
  const std::optional<Ball> ball = film.BallAt(frame);
  const Front front(plate, options_.seed, pose, ball, film.post_x());
  if (film.post_x()) PaintPost(plate, options_.seed + 6000, *film.post_x(), nullptr);
  sensor.Record(plate, width, bgr);
  out.plate = BgrImage(width, height, bgr);
  sensor.Record(front.canvas(), width, bgr);
  out.image = BgrImage(width, height, std::move(bgr));

  front.MarkVisible(out.objects[0], ball ? &out.objects[1] : nullptr);
  FillRect(out.shadow, plate.PixelsFrom(ShadowBounds(FigureShadowAt(pose), kFigureShadow)));
  if (ball) FillRect(out.shadow, plate.PixelsFrom(ShadowBounds(BallShadowAt(*ball), kBallShadow)));
  for (const Mask& object : out.objects) out.shadow = Subtract(out.shadow, object);
  return out;
}

Point2f Scene::FirstPoint(int object) const {
  Check(object, 1, 1 + options_.second_object, "object");
  const Film& film = places_->film;
  const Film::Camera camera = film.CameraAt(0);
  Point2f in_world = ChestOf(film.FigureAt(0));
  if (object == 2) {
    const Vec centre = film.BallAt(0)->centre;
    in_world = {centre.x, centre.y};
  }
  const auto in_picture = [&](double world, float origin, int length) {
    const double at = (world - static_cast<double>(origin)) * static_cast<double>(camera.scale);
    return std::clamp(at, 0.5, length - 0.5);  // The figure fills a very narrow picture.
  };
  return {in_picture(in_world.x, camera.origin.x, options_.width),
          in_picture(in_world.y, camera.origin.y, options_.height)};
}

}  // namespace tapmask
