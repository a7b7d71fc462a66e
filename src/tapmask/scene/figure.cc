// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tapmask/scene/actors.h"

namespace tapmask::scene_internal {
namespace {

constexpr float kSize = 1.2f;  // World units a unit of the figure, which is 190 of them tall.
constexpr float kThigh = 46, kShank = 44, kUpperArm = 29, kForearm = 27;

constexpr Color kSkin{226, 172, 140};
constexpr Color kHair{66, 42, 34};
constexpr Color kCoat{186, 48, 46};
constexpr Color kCoatLine{244, 216, 176};
constexpr Color kScarf{38, 138, 140};
constexpr Color kTrousers{54, 70, 108};
constexpr Color kBoot{104, 66, 42};
constexpr Color kLeather{150, 98, 54};

struct Leg {
  Vec knee, ankle, toe;  // From the hip.
};

// A leg's joints in the figure's own units, walking to the right.
Leg LegAt(double phase) {
  const double thigh = 0.066 * Sine(phase);
  const double swing = 0.5 + 0.5 * Cosine(phase);  // 1 in the middle of the swing forwards.
  const double shank = thigh - 0.018 - 0.125 * swing * swing;
  const double foot = -0.55 * shank;
  Leg leg;
  leg.knee = Vec{static_cast<float>(Sine(thigh)), static_cast<float>(Cosine(thigh))} * kThigh;
  leg.ankle =
      leg.knee + Vec{static_cast<float>(Sine(shank)), static_cast<float>(Cosine(shank))} * kShank;
  leg.toe =
      leg.ankle + Vec{static_cast<float>(Cosine(foot)), static_cast<float>(Sine(foot))} * 13.0f;
  return leg;
}

float LowestOf(const Leg& leg) {
  return std::max(leg.ankle.y + 6.0f, leg.toe.y + 5.0f);
}

class Painter {
 public:
  Painter(Canvas& canvas, uint64_t seed, const Pose& pose, std::vector<float>* cover)
      : canvas_(canvas), seed_(seed), pose_(pose), cover_(cover) {}

  void Paint() {
    const Leg near = LegAt(pose_.phase), far = LegAt(pose_.phase + 0.5);
    hip_ = {0, -std::max(LowestOf(near), LowestOf(far))};
    PaintArm(pose_.phase + 0.5, 0.72f, -3);
    PaintLeg(far, 0.70f);
    PaintLeg(near, 1);
    PaintCoat();
    PaintBag();
    PaintScarfTail();
    PaintHead();
    PaintScarf();
    PaintArm(pose_.phase, 1, 0);
  }

 private:
  // From the figure's units, x forwards, to the world.
  Vec World(Vec p) const { return pose_.foot + Vec{p.x * pose_.facing, p.y} * kSize; }
  // Back, but x is to the right: texture and light do not turn around with the figure.
  Vec Local(Vec p) const { return (p - pose_.foot) * (1 / kSize); }

  float Grain(Vec local, float size) const {
    return Fractal(seed_, local.x / size, (local.y - hip_.y) / size, 3);
  }

  // `paint(along, across, local)`: 0 to 1 from a to b, -1 to 1 from the lit side to the other.
  template <class Paint>
  void Limb(Vec a, Vec b, float radius_a, float radius_b, Paint paint) {
    const Vec from = World(a), to = World(b);
    const float ra = radius_a * kSize, rb = radius_b * kSize;
    Vec axis = to - from;
    axis = axis * (1 / std::max(Length(axis), 1e-3f));
    canvas_.Fill(
        Around({from, to}, std::max(ra, rb)),
        [&](Vec p) { return ConeDistance(p, from, to, ra, rb); },
        [&](Vec p) {
          const float along = Dot(p - from, axis);
          const float across = Dot(p - from, {axis.y, -axis.x}) / std::max(ra, rb);
          return paint(along / kSize, across, Local(p));
        },
        cover_);
  }

  void Disc(Vec at, Vec radii, Color color, float grain = 0.05f) {
    const Vec centre = World(at), size = radii * kSize;
    canvas_.Fill(
        Around({centre}, std::max(size.x, size.y)),
        [&](Vec p) { return EllipseDistance(p, centre, size); },
        [&](Vec p) {
          const Vec q = p - centre;
          const float side = q.x / size.x + 0.6f * q.y / size.y;
          return color * (1.02f - 0.10f * side + grain * Grain(Local(p), 2.5f));
        },
        cover_);
  }

  void PaintLeg(const Leg& leg, float light) {
    const auto cloth = [&](float, float across, Vec local) {
      const float weave = Grain(local, 2.2f), folds = Grain(local, 9);
      return kTrousers * (light * (1.05f - 0.22f * across + 0.16f * weave + 0.22f * folds));
    };
    const auto boot = [&](float, float across, Vec local) {
      return kBoot * (light * (1 - 0.25f * across + 0.22f * Grain(local, 3)));
    };
    const Vec knee = hip_ + leg.knee, ankle = hip_ + leg.ankle, toe = hip_ + leg.toe;
    Limb(hip_, knee, 12, 8.6f, cloth);
    Limb(knee, ankle, 8.6f, 6.2f, cloth);
    Limb(Between(knee, ankle, 0.72f), ankle, 7.2f, 6, boot);
    Limb(ankle, toe, 6, 4.6f, boot);
    const Vec heel = ankle + (ankle - toe) * 0.28f;
    Limb(heel + Vec{0, 4.4f}, toe + Vec{0, 3.4f}, 1.6f, 1.4f, [&](float, float, Vec) {
      return Color{46, 36, 34} * light;
    });
  }

  // Checked cloth: broad dark bands, thin light lines, woven grain.
  Color Check(float u, float v, Vec local) const {
    const auto band = [](float x, float size, float share) {
      const float t = x / size - std::floor(x / size);
      return Smooth(share, share - 0.06f, std::abs(t - 0.5f) * 2);
    };
    const float dark = 0.5f * (band(u, 17, 0.46f) + band(v, 17, 0.46f));
    const float line = std::max(band(u + 8.5f, 17, 0.13f), band(v + 8.5f, 17, 0.13f));
    const Color base = Between(kCoat, {98, 24, 38}, 0.8f * dark);
    return Between(base, kCoatLine, 0.72f * line) * (1 + 0.12f * Grain(local, 1.8f));
  }

  void PaintCoat() {
    const float flare = 3 * static_cast<float>(Sine(2 * pose_.phase + 0.1));
    const std::array<Vec, 8> outline{
        World(hip_ + Vec{-11, -60}),       World(hip_ + Vec{-15, -44}),
        World(hip_ + Vec{-12.5f, -16}),    World(hip_ + Vec{-22 - flare, 26}),
        World(hip_ + Vec{20 + flare, 28}), World(hip_ + Vec{13.5f, -16}),
        World(hip_ + Vec{17, -44}),        World(hip_ + Vec{12, -60})};
    // Turned to the camera the body is as wide as from the side.
    std::array<Vec, 8> shape = outline;
    const float narrow = std::abs(pose_.facing);
    for (Vec& corner : shape) {
      const float x = corner.x - pose_.foot.x;
      corner.x = pose_.foot.x + x / std::max(narrow, 0.05f) * std::max(narrow, 0.95f);
    }
    canvas_.Fill(
        Around({shape[0], shape[3], shape[4], shape[7]}, 14),
        [&](Vec p) { return PolygonDistance(p, shape) - 3.5f; },
        [&](Vec p) {
          const Vec local = Local(p);
          const float down = local.y - hip_.y;
          const float wide = 15 + 0.22f * std::max(down, 0.0f);
          const float fold =
              Smooth(-14, 20, down) * static_cast<float>(Sine(local.x / 13 + 0.5 * pose_.phase));
          const float light = 1.06f - 0.19f * local.x / wide + 0.09f * fold +
                              0.10f * Grain(local, 12) - 0.22f * Smooth(27, 34, down);
          const Color cloth = Check(local.x * pose_.facing, down, local) * light;
          const bool is_belt = std::abs(down + 13) < 3.2f;
          return is_belt ? Color{88, 30, 36} * light : cloth;
        },
        cover_);
    for (float y : {-44.0f, -30.0f, 0.0f}) Disc(hip_ + Vec{11, y}, {1.9f, 1.9f}, {250, 226, 180});
  }

  void PaintBag() {
    const Vec bag = hip_ + Vec{-9, 6};
    Limb(hip_ + Vec{10, -58}, bag + Vec{1, -6}, 1.7f, 1.7f,
         [&](float, float, Vec local) { return kLeather * (0.72f + 0.2f * Grain(local, 3)); });
    const Vec centre = World(bag), half = Vec{12, 9.5f} * kSize;
    canvas_.Fill(
        Around({centre}, 20), [&](Vec p) { return BoxDistance(p, centre, half, 4); },
        [&](Vec p) {
          const Vec q = (p - centre) * (1 / kSize);
          const float flap = q.y < 1 + 0.02f * q.x * q.x ? 1.10f : 0.86f;
          return kLeather * (flap - 0.012f * q.x + 0.24f * Grain(Local(p), 3.5f));
        },
        cover_);
    Disc(bag + Vec{0, 2.5f}, {1.8f, 2.2f}, {236, 206, 140});
  }

  Color Knit(Vec local) const {
    const float rib = static_cast<float>(Sine((local.x + 0.6f * local.y) / 3.4f));
    return kScarf * (1 + 0.12f * rib + 0.12f * Grain(local, 3));
  }

  void PaintScarfTail() {
    const float wave = static_cast<float>(Sine(2 * pose_.phase + 0.3));
    const Vec a = hip_ + Vec{-8, -64}, b = hip_ + Vec{-22, -56 + 3 * wave};
    const Vec c = hip_ + Vec{-36, -50 - 5 * wave};
    const auto knit = [&](float, float across, Vec local) {
      return Knit(local) * (0.92f - 0.12f * across);
    };
    Limb(a, b, 5, 5, knit);
    Limb(b, c, 5, 6, knit);
  }

  void PaintScarf() {
    const auto knit = [&](float, float across, Vec local) {
      return Knit(local) * (1.05f - 0.15f * across);
    };
    Limb(hip_ + Vec{-8, -65}, hip_ + Vec{10, -63}, 6.4f, 6.4f, knit);
  }

  void PaintHead() {
    const float nod = 0.8f * static_cast<float>(Sine(2 * pose_.phase));
    const Vec head = hip_ + Vec{4, -84 + nod};
    const auto strands = [&](float, float, Vec local) {
      return kHair * (1.08f + 0.5f * Fractal(seed_ + 5, local.x / 7, local.y / 1.7f, 3));
    };
    Limb(head + Vec{-15.5f, -8}, head + Vec{-15.5f, -8}, 7, 7, strands);
    Limb(head + Vec{-3, -1}, head + Vec{-4, 4}, 15, 12, strands);
    Limb(head + Vec{0, 8}, head + Vec{-1, 20}, 6.5f, 7,
         [&](float, float, Vec local) { return kSkin * (0.80f + 0.04f * Grain(local, 3)); });
    Disc(head + Vec{3.5f, 2}, {11.5f, 13.5f}, kSkin, 0.04f);
    Disc(head + Vec{14.2f, 3.4f}, {3, 2.6f}, kSkin * 1.03f, 0.02f);
    Disc(head + Vec{6.5f, 6.5f}, {3.6f, 2.8f}, {228, 142, 118}, 0.03f);
    Disc(head + Vec{9.6f, 0.4f}, {1.4f, 2.2f}, {42, 30, 32}, 0);
    Limb(head + Vec{7, -4.2f}, head + Vec{12, -4.6f}, 0.7f, 0.6f,
         [](float, float, Vec) { return kHair; });
    Limb(head + Vec{9.5f, 9.4f}, head + Vec{12.6f, 8.8f}, 0.9f, 0.7f, [](float, float, Vec) {
      return Color{176, 78, 74};
    });
    PaintFringe(head, strands);
    Disc(head + Vec{-3.6f, 4}, {2.8f, 3.6f}, kSkin * 0.93f, 0.03f);
  }

  // The hair in front of a line from the forehead down to the ear.
  template <class Strands>
  void PaintFringe(Vec head, Strands strands) {
    const Vec cap = World(head + Vec{0, -2});
    const Vec size = Vec{15.2f, 15.6f} * kSize;
    const Vec forehead = World(head + Vec{13, -9}), ear = World(head + Vec{-5, 7});
    const float turn = pose_.facing < 0 ? -1.0f : 1.0f;
    Vec line = forehead - ear;
    line = line * (1 / std::max(Length(line), 1e-3f));
    canvas_.Fill(
        Around({cap}, 20),
        [&](Vec p) {
          const float behind = turn * Dot(p - ear, {-line.y, line.x});
          return std::max(EllipseDistance(p, cap, size), behind);
        },
        [&](Vec p) { return strands(0, 0, Local(p)); }, cover_);
  }

  void PaintArm(double phase, float light, float back) {
    const double upper = -0.060 * Sine(phase);
    const double lower = upper + 0.045 - 0.025 * Sine(phase);
    const Vec shoulder = hip_ + Vec{1 + back, -53};
    const Vec elbow =
        shoulder +
        Vec{static_cast<float>(Sine(upper)), static_cast<float>(Cosine(upper))} * kUpperArm;
    const Vec wrist =
        elbow + Vec{static_cast<float>(Sine(lower)), static_cast<float>(Cosine(lower))} * kForearm;
    Disc(Between(elbow, wrist, 1.26f), {4.8f, 5.6f}, kSkin * light);
    const auto sleeve = [&](float offset) {
      return [this, light, offset](float along, float across, Vec local) {
        const float shade = 0.98f - 0.24f * across + 0.12f * Grain(local, 8);
        const bool is_cuff = along + offset > kUpperArm + kForearm - 1;
        const Color cloth =
            is_cuff ? Color{98, 32, 38} : Check(across * 8.5f + 4, along + offset, local);
        return cloth * (light * shade);
      };
    };
    Limb(shoulder, elbow, 9, 7.6f, sleeve(0));
    Limb(elbow, wrist, 7.6f, 6.6f, sleeve(kUpperArm));
  }

  Canvas& canvas_;
  const uint64_t seed_;
  const Pose pose_;
  std::vector<float>* cover_;
  Vec hip_;
};

}  // namespace

Bounds FigureBounds(const Pose& pose) {
  return {pose.foot.x - 75, pose.foot.y - 250, pose.foot.x + 75, pose.foot.y + 12};
}

void PaintFigure(Canvas& canvas, uint64_t seed, const Pose& pose, std::vector<float>* cover) {
  Painter(canvas, seed, pose, cover).Paint();
}

Point2f ChestOf(const Pose& pose) {
  return {pose.foot.x + 5.0 * static_cast<double>(pose.facing), pose.foot.y - 136.0};
}

}  // namespace tapmask::scene_internal
