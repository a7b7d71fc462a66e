// SPDX-License-Identifier: Apache-2.0
#include "tapmask/scene/actors.h"
#include "tapmask/scene/background.h"

namespace tapmask::scene_internal {

Bounds BallBounds(const Ball& ball) {
  return Around({ball.centre}, kBallRadius + 3);
}

void PaintBall(Canvas& canvas, uint64_t seed, const Ball& ball, std::vector<float>* cover) {
  const Vec axis{static_cast<float>(Cosine(ball.turns)), static_cast<float>(Sine(ball.turns))};
  canvas.Fill(
      Around({ball.centre}, kBallRadius),
      [&](Vec p) { return CircleDistance(p, ball.centre, kBallRadius); },
      [&](Vec p) {
        const Vec q = (p - ball.centre) * (1 / kBallRadius);
        const Vec turned{Dot(q, axis), Dot(q, {-axis.y, axis.x})};
        // Six gores around a pole; which one follows from the sides of three lines.
        const Vec pole = turned - Vec{0.12f, 0.1f};
        const bool a = pole.y > 0;
        const bool b = pole.y * 0.5f - pole.x * 0.866f > 0;
        const bool c = pole.y * -0.5f - pole.x * 0.866f > 0;
        const int side = (a ? 4 : 0) + (b ? 2 : 0) + (c ? 1 : 0);
        Color color{246, 240, 226};
        if (side == 4 || side == 1) color = a ? Color{226, 66, 58} : Color{44, 112, 190};
        if (side == 7) color = {246, 190, 60};
        if (side == 2) color = {60, 150, 110};
        if (Length(pole) < 0.17f) color = {246, 240, 226};
        const float grain = Fractal(seed, turned.x * 9, turned.y * 9, 3);
        const Vec shine = q - Vec{-0.34f, -0.42f};
        const float light = 1.06f - 0.34f * Dot(shine, shine) + 0.07f * grain;
        return Between(color * light, {255, 252, 244}, 0.55f * Smooth(0.26f, 0.05f, Length(shine)));
      },
      cover);
}

namespace {

constexpr float kFlat = 0.2f;  // Height of a shadow against its width.

}  // namespace

Bounds ShadowBounds(Vec at, float half_width) {
  return {at.x - half_width, at.y - kFlat * half_width, at.x + half_width,
          at.y + kFlat * half_width};
}

void PaintShadow(Canvas& canvas, Vec at, float half_width) {
  canvas.ForEach(ShadowBounds(at, half_width), [&](Vec p, Color& pixel, int, int) {
    const Vec q = (p - at) * (1 / half_width);
    const float dark = Clamp01(1 - (q.x * q.x + q.y * q.y / (kFlat * kFlat)));
    const float keep = 1 - 0.62f * dark * dark;
    if (dark > 0) pixel = {pixel.r * keep, pixel.g * keep, pixel.b * (keep + 0.04f * (1 - keep))};
  });
}

void PaintPost(Canvas& canvas, uint64_t seed, float x, std::vector<float>* cover) {
  const float top = 168;
  const auto iron = [&](Vec p) {
    const float round = (p.x - x) / 9;
    const float rust = Fractal(seed, p.x / 3, p.y / 5, 4);
    const float edge = Smooth(0.55f, 0.2f, std::abs(round + 0.45f));
    return Color{42, 54, 52} * (1 - 0.25f * round + 0.3f * rust) +
           Color{96, 88, 70} * (0.5f * edge);
  };
  const auto part = [&](Vec a, Vec b, float radius_a, float radius_b) {
    canvas.Fill(
        Around({a, b}, std::max(radius_a, radius_b)),
        [&](Vec p) { return ConeDistance(p, a, b, radius_a, radius_b); }, iron, cover);
  };
  const auto block = [&](Vec centre, Vec half, float round) {
    canvas.Fill(
        Around({centre}, half.x + half.y),
        [&](Vec p) { return BoxDistance(p, centre, half, round); }, iron, cover);
  };
  const Vec lamp{x, top - 20};
  canvas.ForEach(Around({lamp}, 110), [&](Vec p, Color& pixel, int, int) {
    const float d = Length(p - lamp);
    const float glow = 0.62f / (1 + d * d / 700) * Smooth(110, 40, d);
    if (glow > 0) pixel = Between(pixel, {255, 226, 158}, glow);
  });
  part({x, top}, {x, kPostGround - 8}, 5, 7.5f);
  block({x, kPostGround - 26}, {11, 24}, 4);
  block({x, kPostGround - 4}, {15, 5}, 2);
  for (float y : {top + 4.0f, top + 70.0f, kPostGround - 56.0f}) block({x, y}, {9, 2.6f}, 1.5f);
  part({x - 16, top + 12}, {x + 16, top + 12}, 2, 2);
  canvas.Fill(
      Around({lamp}, 26),
      [&](Vec p) {
        return BoxDistance(p, lamp, {12, 17}, 5);
      },
      [&](Vec p) {
        const float d = Length(p - lamp) / 18;
        const float bar = Smooth(2.2f, 1.2f, std::abs(p.x - x)) * 0.5f;
        return Between(Between({255, 246, 210}, {250, 190, 96}, d * d), {60, 56, 48}, bar);
      },
      cover);
  part({x - 13, top - 37}, {x + 13, top - 37}, 2.6f, 2.6f);
  part({x, top - 44}, {x, top - 38}, 2, 9);
  block({x, top - 2}, {9, 3}, 1);
}

}  // namespace tapmask::scene_internal
