// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/page_files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>
#include <zlib.h>

#include <gtest/gtest.h>

#include "tapmask/api/token.h"
#include "tapmask/storage/hex.h"

namespace tapmask::api {

std::span<const PageFile> MadePageFiles();  // The folder made_page.

namespace {

// Nothing when it is no gzip, or has something behind its end.
std::optional<std::string> Unpacked(std::string_view gzip) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return std::nullopt;
  std::string packed(gzip), text;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  int state = Z_OK;
  while (state == Z_OK) {
    std::array<char, 4096> piece;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  const bool is_whole = state == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return is_whole ? std::optional(text) : std::nullopt;
}

void ExpectSound(const PageFile& file) {
  if (!file.gzip.empty()) {
    EXPECT_LT(file.gzip.size(), file.bytes.size()) << file.path;
    EXPECT_EQ(Unpacked(file.gzip), file.bytes) << file.path;
  }
  EXPECT_EQ(file.hash, ToHex(HashOfToken(file.bytes)).substr(0, 16)) << file.path;
}

TEST(PageFiles, HaveThePageItsIconAndTheLicences) {
  const PageFile* index = FindPageFile(PageFiles(), "/index.html");
  const PageFile* icon = FindPageFile(PageFiles(), "/favicon.svg");
  const PageFile* licenses = FindPageFile(PageFiles(), "/licenses.txt");

  ASSERT_TRUE(index);
  EXPECT_EQ(index->content_type, "text/html; charset=utf-8");
  EXPECT_NE(index->bytes.find("<title>TapMask</title>"), std::string_view::npos);
  ASSERT_TRUE(icon);
  EXPECT_EQ(icon->content_type, "image/svg+xml");
  ASSERT_TRUE(licenses);
  EXPECT_EQ(licenses->content_type, "text/plain; charset=utf-8");
  for (const PageFile& file : PageFiles()) ExpectSound(file);
}

TEST(PageFiles, HaveEveryFileOfAFolder) {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (const PageFile& file : MadePageFiles()) {
    found.emplace_back(file.path, file.content_type);
    ExpectSound(file);
  }

  const std::vector<std::pair<std::string_view, std::string_view>> expected{
      {"/assets/app-Xk2_q9.js", "text/javascript; charset=utf-8"},
      {"/assets/bytes-7Hq1.woff2", "font/woff2"},
      {"/assets/empty-ffffff.js", "text/javascript; charset=utf-8"},
      {"/assets/tiny-0a1b2c.css", "text/css; charset=utf-8"},
      {"/index.html", "text/html; charset=utf-8"}};
  EXPECT_EQ(found, expected);
}

TEST(PageFiles, KeepEveryByte) {
  std::string all(256, '\0');
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  const PageFile* bytes = FindPageFile(MadePageFiles(), "/assets/bytes-7Hq1.woff2");
  const PageFile* tiny = FindPageFile(MadePageFiles(), "/assets/tiny-0a1b2c.css");
  const PageFile* empty = FindPageFile(MadePageFiles(), "/assets/empty-ffffff.js");

  ASSERT_TRUE(bytes && tiny && empty);
  EXPECT_EQ(bytes->bytes, all);
  EXPECT_EQ(tiny->bytes, "p{}\n");
  EXPECT_EQ(empty->bytes, "");
}

TEST(PageFiles, PackTextWhereItGetsSmaller) {
  for (const PageFile& file : MadePageFiles()) {
    const bool is_long_text = file.path == "/index.html" || file.path == "/assets/app-Xk2_q9.js";
    EXPECT_EQ(!file.gzip.empty(), is_long_text) << file.path;
  }
}

TEST(PageFiles, AreFoundByTheirWholePathOnly) {
  for (const char* path :
       {"", "/", "index.html", "/index", "/index.html/", "/INDEX.HTML", "/assets/"}) {
    EXPECT_EQ(FindPageFile(MadePageFiles(), path), nullptr) << path;
  }
  EXPECT_EQ(FindPageFile({}, "/index.html"), nullptr);
}

}  // namespace
}  // namespace tapmask::api
