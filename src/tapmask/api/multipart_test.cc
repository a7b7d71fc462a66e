// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/multipart.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

// Writes down what comes, so that two runs can be compared.
class Recorder final : public MultipartParser::Sink {
 public:
  void OnPart(const FormPart& part) override {
    text += "<" + part.name + "|" + part.filename + "|" + part.content_type + ">";
  }
  void OnData(std::string_view data) override {
    EXPECT_FALSE(data.empty());
    text += data;
  }
  void OnPartEnd() override { text += "</>"; }

  std::string text;
};

// `next` says how many bytes the next chunk has. An error is written down as well; what came
// before it depends on the cuts, so it is left out.
std::string Parsed(std::string_view body, const std::function<size_t()>& next,
                   std::string_view boundary = "B", MultipartParser::Limits limits = {}) {
  Recorder recorder;
  try {
    MultipartParser parser(boundary, limits, recorder);
    while (!body.empty()) {
      const size_t size = std::min(next(), body.size());
      parser.Feed(body.substr(0, size));
      body.remove_prefix(size);
    }
    parser.Finish();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    return "refused: " + error.public_text();
  }
  return recorder.text;
}

std::string AtOnce(std::string_view body, MultipartParser::Limits limits = {}) {
  return Parsed(
      body, [] { return std::string::npos; }, "B", limits);
}
std::string ByteByByte(std::string_view body, MultipartParser::Limits limits = {}) {
  return Parsed(
      body, [] { return size_t{1}; }, "B", limits);
}

std::string Part(const std::string& data,
                 const std::string& header = "Content-Disposition: form-data; name=\"file\"\r\n") {
  return "--B\r\n" + header + "\r\n" + data + "\r\n";
}

const std::vector<std::string>& GoodBodies() {
  static const std::vector<std::string> bodies{
      Part("hello") + "--B--\r\n",
      Part("hello") + "--B--",
      Part("") + "--B--\r\n",
      Part("\r\n") + "--B--\r\n",
      Part("\r\n--\r\n--A\r\n-B\r--B\n--B\r\r\n-") + "--B--\r\n",
      Part("--B") + "--B--\r\n",
      Part(std::string("\0\xff\r\n", 4)) +
          Part("second", "content-disposition:form-data;name=x\r\nX-Other: y\r\n") + "--B--\r\n",
      Part("v",
           "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a \\\"b\\\" "
           "%22c%22.mp4\"\r\n"
           "Content-Type: video/mp4\r\n") +
          "--B--\r\n",
      Part("v",
           "Content-Disposition: form-data; name=\"file\"; filename=\"../../etc/pass\xc3\xa4\"\r\n"
           "Content-Transfer-Encoding: binary\r\n") +
          "--B--\r\n",
  };
  return bodies;
}

const std::vector<std::string>& BadBodies() {
  const std::string disposition = "Content-Disposition: form-data; name=\"file\"\r\n";
  static const std::vector<std::string> bodies{
      "",
      "--B",
      "--B--\r\n",
      "x" + Part("hello") + "--B--\r\n",
      "\r\n" + Part("hello") + "--B--\r\n",
      Part("hello"),
      Part("hello") + "--B-",
      Part("hello") + "--B-x",
      Part("hello") + "--B--\r",
      Part("hello") + "--B--\r\nx",
      Part("hello") + "--B--\r\n\r\n",
      Part("hello") + "--B--x",
      Part("hello") + "--B \r\n",
      Part("hello") + "--BB--\r\n",
      Part("hello") + "--B\n" + disposition + "\r\nx\r\n--B--",
      "--B\r\n\r\nhello\r\n--B--\r\n",
      "--B\r\n" + disposition + "hello\r\n--B--\r\n",
      Part("x", "Content-Type: text/plain\r\n") + "--B--",
      Part("x", disposition + disposition) + "--B--",
      Part("x", disposition + "Content-Type: a/b\r\nContent-Type: a/b\r\n") + "--B--",
      Part("x", disposition + "Content-Type: Multipart/mixed; boundary=C\r\n") + "--B--",
      Part("x", disposition + "Content-Transfer-Encoding: base64\r\n") + "--B--",
      Part("x", disposition + "No colon\r\n") + "--B--",
      Part("x", disposition + " folded: x\r\n") + "--B--",
      Part("x", disposition + "X: a\nb\r\n") + "--B--",
      Part("x", disposition + std::string("X: a\0b\r\n", 8)) + "--B--",
      Part("x", "Content-Disposition: attachment; name=\"file\"\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"\"\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\"b\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\"; filename=\"x\"; filename=\"y\"\r\n") +
          "--B--",
      Part("x", "Content-Disposition: form-data; name=\"\xff\"\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\"; filename=\"\xff\"\r\n") + "--B--",
      Part("x", "Content-Disposition: form-data; name=\"" + std::string(257, 'a') + "\"\r\n") +
          "--B--",
      Part("x", "Content-Disposition: form-data; name=\"a\"; filename=\"" +
                    std::string(1'025, 'a') + "\"\r\n") +
          "--B--",
  };
  return bodies;
}

TEST(MultipartParser, TakesAFormApart) {
  EXPECT_EQ(AtOnce(GoodBodies()[0]), "<file||>hello</>");
  EXPECT_EQ(AtOnce(GoodBodies()[2]), "<file||></>");
  EXPECT_EQ(AtOnce(GoodBodies()[4]), "<file||>\r\n--\r\n--A\r\n-B\r--B\n--B\r\r\n-</>");
  EXPECT_EQ(AtOnce(GoodBodies()[5]), "<file||>--B</>");
  EXPECT_EQ(AtOnce(GoodBodies()[6]), std::string("<file||>\0\xff\r\n</><x||>second</>", 29));
  EXPECT_EQ(AtOnce(GoodBodies()[7]), "<file|a \"b\" \"c\".mp4|video/mp4>v</>");
  EXPECT_EQ(AtOnce(GoodBodies()[8]), "<file|pass\xc3\xa4|>v</>");
}

TEST(MultipartParser, DoesNotCareHowTheBodyIsCut) {
  std::mt19937 random(7);
  for (const auto* bodies : {&GoodBodies(), &BadBodies()}) {
    for (const std::string& body : *bodies) {
      const std::string expected = AtOnce(body);
      EXPECT_EQ(expected.starts_with("refused"), bodies == &BadBodies()) << body;
      EXPECT_EQ(ByteByByte(body), expected) << body;
      for (size_t cut = 1; cut < body.size(); ++cut) {
        bool is_first = true;
        const auto next = [&] { return std::exchange(is_first, false) ? cut : std::string::npos; };
        ASSERT_EQ(Parsed(body, next), expected) << "cut at " << cut << " of " << body;
      }
      for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(Parsed(body, [&] { return size_t{1} + random() % 7; }), expected) << body;
      }
    }
  }
}

// Whatever a hostile client makes of a form: the same answer for every way to cut it, and no crash.
TEST(MultipartParser, TreatsDamagedFormsTheSameHoweverTheyAreCut) {
  std::mt19937 random(11);
  const std::string_view bytes = "\r\n-B:;\"= x";
  for (int i = 0; i < 3'000; ++i) {
    std::string body = GoodBodies()[random() % GoodBodies().size()];
    for (int k = 0; k < 3; ++k) {
      const size_t at = random() % body.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0: body[at] = byte; break;
        case 1: body.insert(at, 1, byte); break;
        default: body.erase(at, 1); break;
      }
    }
    const std::string expected = AtOnce(body);
    ASSERT_EQ(ByteByByte(body), expected) << body;
    ASSERT_EQ(Parsed(body, [&] { return size_t{1} + random() % 9; }), expected) << body;
  }
}

TEST(MultipartParser, KeepsItsLimitsHoweverTheBodyIsCut) {
  const std::string header = "Content-Disposition: form-data; name=\"file\"";
  const std::string body = "--B\r\n" + header + "\r\n\r\nx\r\n--B--\r\n";
  for (const auto& parse : {AtOnce, ByteByByte}) {
    EXPECT_EQ(parse(body, {.header_bytes = header.size()}), "<file||>x</>");
    EXPECT_TRUE(parse(body, {.header_bytes = header.size() - 1}).starts_with("refused"));
    EXPECT_TRUE(parse(body, {.header_fields = 0}).starts_with("refused"));
    EXPECT_EQ(parse(Part("a") + Part("b") + "--B--", {.parts = 2}), "<file||>a</><file||>b</>");
    EXPECT_TRUE(parse(Part("a") + Part("b") + "--B--", {.parts = 1}).starts_with("refused"));
  }
}

TEST(MultipartParser, HandsLargeDataOnWithoutKeepingIt) {
  class Counter final : public MultipartParser::Sink {
   public:
    void OnPart(const FormPart&) override {}
    void OnData(std::string_view data) override {
      bytes += data.size();
      most = std::max(most, data.size());
    }
    void OnPartEnd() override {}
    size_t bytes = 0, most = 0;
  };
  Counter counter;
  MultipartParser parser("B", {}, counter);
  parser.Feed("--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n");
  const std::string chunk(64 * 1024, '\r');
  for (int i = 0; i < 256; ++i) parser.Feed(chunk);
  parser.Feed("\r\n--B--");
  parser.Finish();

  EXPECT_EQ(counter.bytes, 256 * chunk.size());
  EXPECT_LE(counter.most, chunk.size() + 8);
}

TEST(MultipartParser, FindsTheBoundary) {
  EXPECT_EQ(MultipartParser::BoundaryOf("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(MultipartParser::BoundaryOf("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\""),
            "a b:c");
  for (const std::string& type : std::vector<std::string>{
           "multipart/form-data",
           "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
           "multipart/form-data; boundary=\"a\"; boundary=\"b\"",
           "multipart/form-data; boundary=\"a ", "multipart/form-data; boundary=\"a \"",
           "multipart/form-data; boundary=\"a\xff\"",
           "multipart/form-data; boundary=" + std::string(71, 'a')}) {
    EXPECT_THROW(MultipartParser::BoundaryOf(type), Error) << type;
  }
  for (const char* type : {"", "multipart/mixed; boundary=a", "application/json"}) {
    EXPECT_THROW(MultipartParser::BoundaryOf(type), HttpError) << type;
  }
}

}  // namespace
}  // namespace tapmask::api
