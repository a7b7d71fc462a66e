// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/signed_url.h"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/signing_keys.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPath = "/api/v1/download/0c6dd2f4-3a5b-4f1e-9d3c-1a2b3c4d5e6f/file";

class SignedUrl : public ::testing::Test {
 protected:
  std::string Sign(std::optional<Time> file_expires_at = std::nullopt) {
    return signer_.Sign("GET", kPath, user_, file_expires_at, now_).value_or("");
  }
  LinkState Check(const std::string& query, Time now, std::string_view method = "GET",
                  std::string_view path = kPath) {
    return signer_.Check(method, path, query, now).state;
  }

  TestFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "signing_keys";
  const UserId user_ = UserId::New();
  const Time now_ = *ParseTime("2026-03-01T12:00:00.250Z");
  UrlSigner signer_{file_, now_};
};

TEST_F(SignedUrl, IsGoodForADayAndNoLonger) {
  const std::string query = Sign();

  const CheckedLink link = signer_.Check("GET", kPath, query, now_);
  EXPECT_EQ(link.state, LinkState::kGood);
  EXPECT_EQ(link.user_id, user_);
  EXPECT_EQ(Check(query, now_ + 24h - 1s), LinkState::kGood);
  EXPECT_EQ(Check(query, now_ + 24h), LinkState::kExpired);
  EXPECT_TRUE(signer_.Check("GET", kPath, query, now_ + 24h).user_id.Empty());
}

TEST_F(SignedUrl, DiesWithTheFile) {
  const std::string query = Sign(now_ + 10min);

  EXPECT_EQ(Check(query, now_ + 10min - 1s), LinkState::kGood);
  EXPECT_EQ(Check(query, now_ + 10min), LinkState::kExpired);
  EXPECT_EQ(Sign(now_), "");
  EXPECT_EQ(Sign(now_ - 1h), "");
  EXPECT_EQ(Sign(now_ + 700ms), "");  // Not a whole second is left.
  EXPECT_EQ(Check(Sign(now_ + 100h), now_ + 24h), LinkState::kExpired);
}

TEST_F(SignedUrl, IsForOneMethodPathAndUser) {
  const std::string query = Sign();

  EXPECT_EQ(Check(query, now_, "HEAD"), LinkState::kGood);
  EXPECT_EQ(Check(query, now_, "DELETE"), LinkState::kForged);
  EXPECT_EQ(Check(query, now_, "get"), LinkState::kForged);
  EXPECT_EQ(Check(query, now_, "GET", std::string(kPath) + "/"), LinkState::kForged);
  EXPECT_EQ(Check(query, now_, "GET", "/api/v1/download/other"), LinkState::kForged);
  std::string other = query;
  other.replace(other.find(user_.text()), 36, UserId::New().text());
  EXPECT_EQ(Check(other, now_), LinkState::kForged);
}

TEST_F(SignedUrl, CannotBeChangedInAnyCharacter) {
  const std::string query = Sign();
  for (size_t i = 0; i < query.size(); ++i) {
    for (const char c : {'0', '1', 'a', 'A', '&', '=', '%', ' ', '\n', '\0'}) {
      if (query[i] == c) continue;
      std::string changed = query;
      changed[i] = c;
      // Hex digits may be large; that is the same signature.
      if (c == 'A' && query[i] == 'a' && i > query.find("signature=")) continue;
      ASSERT_EQ(Check(changed, now_), LinkState::kForged) << changed;
    }
    ASSERT_EQ(Check(query.substr(0, i), now_), LinkState::kForged);
    ASSERT_EQ(Check(query.substr(i + 1), now_), LinkState::kForged);
  }
}

TEST_F(SignedUrl, HasEachMemberOnceInOrderAndNothingElse) {
  const std::string query = Sign();
  for (const std::string& changed :
       {query + "&", "&" + query, query + "&a=b", "a=b&" + query, query + "&" + query, "?" + query,
        query + "00", std::string("expires=&user=&key=&signature="), std::string("&&&"),
        std::string("expires=9223372036854775808") + query.substr(query.find("&user")),
        std::string("expires=-1") + query.substr(query.find("&user")),
        std::string("expires=99999999999999999999999") + query.substr(query.find("&user")),
        std::string(1'000'000, '&')}) {
    EXPECT_EQ(Check(changed, now_), LinkState::kForged) << changed.substr(0, 200);
  }
}

TEST_F(SignedUrl, IsNotMadeForWhatCouldBeReadInTwoWays) {
  for (const char* path : {"", "api", "/a\nb", "/a b", "/a?b", "/a#b", "/\xc3\xa4", "/a\r"}) {
    EXPECT_THROW(signer_.Sign("GET", path, user_, {}, now_), Error) << path;
  }
  EXPECT_THROW(signer_.Sign("", "/a", user_, {}, now_), Error);
  EXPECT_THROW(signer_.Sign("GET\n", "/a", user_, {}, now_), Error);
  EXPECT_THROW(signer_.Sign("GET", "/a", UserId(), {}, now_), Error);
}

TEST_F(SignedUrl, IsTheHmacThatIsDescribed) {
  // HMAC-SHA256 with the key 00 01 … 1f, by another program.
  WriteText(file_,
            "tapmask-signing-keys 1\n00c0ffee 2026-03-01T00:00:00.000Z "
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  std::filesystem::permissions(file_, std::filesystem::perms(0600));
  UrlSigner signer(file_, now_);
  const UserId user = *UserId::Parse("3f2b8c1e-7d4a-4c59-8e6f-0a1b2c3d4e5f");

  EXPECT_EQ(signer.Sign("GET", "/api/v1/files/a", user, now_ + 1h, now_),
            "expires=1772370000&user=3f2b8c1e-7d4a-4c59-8e6f-0a1b2c3d4e5f&key=00c0ffee&signature="
            "515bc1ed5d1e57dda82875f4671582a8f5dab71a49c714d9f65e0cf4c7513239");
}

TEST_F(SignedUrl, KeepsItsKeysInAFileForItsOwnerOnly) {
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);

  const std::string query = Sign();
  UrlSigner again(file_, now_ + 1h);
  EXPECT_EQ(again.Check("GET", kPath, query, now_ + 1h).state, LinkState::kGood);

  std::filesystem::permissions(file_, std::filesystem::perms(0644));
  EXPECT_THROW(UrlSigner(file_, now_), Error);
}

TEST_F(SignedUrl, SurvivesTheRotationOfKeysAsLongAsItIsGood) {
  const std::string query = Sign();
  const std::string secret = FileText(file_);

  signer_.Rotate(7 * 24h, now_ + 1h);  // Too young.
  EXPECT_EQ(FileText(file_), secret);
  signer_.Rotate(30min, now_ + 1h);
  EXPECT_NE(FileText(file_), secret);
  EXPECT_EQ(Check(query, now_ + 23h), LinkState::kGood);
  EXPECT_NE(Sign().substr(100), query.substr(100));

  // An old key is dropped when no signature of it can be good any more.
  signer_.Rotate(30min, now_ + 20h);
  signer_.Rotate(30min, now_ + 24h);
  EXPECT_EQ(Check(query, now_ + 23h), LinkState::kGood);
  EXPECT_EQ(SigningKeys::LoadOrMake(file_, now_).size(), 4u);
  signer_.Rotate(30min, now_ + 27h);
  EXPECT_EQ(Check(query, now_ + 23h), LinkState::kForged);
  EXPECT_EQ(SigningKeys::LoadOrMake(file_, now_).size(), 4u);
}

TEST_F(SignedUrl, OfOneProcessIsGoodInAnotherAfterARotation) {
  UrlSigner other(file_, now_);
  const std::string before = other.Sign("GET", kPath, user_, {}, now_).value();
  signer_.Rotate(0ms, now_ + 1h);
  const std::string after = Sign();

  EXPECT_EQ(other.Check("GET", kPath, after, now_ + 1h).state, LinkState::kGood);
  EXPECT_EQ(other.Check("GET", kPath, before, now_ + 1h).state, LinkState::kGood);
  const std::string by_other = other.Sign("GET", kPath, user_, {}, now_ + 1h).value();
  EXPECT_EQ(by_other.substr(by_other.find("&key="), 13), after.substr(after.find("&key="), 13));
}

TEST_F(SignedUrl, OfSeveralThreadsAndProcessesNoKeyIsLost) {
  std::vector<std::string> queries(8);
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < queries.size(); ++t) {
      threads.emplace_back([this, t, &queries] {
        UrlSigner signer(file_, now_);
        signer.Rotate(0ms, now_ + std::chrono::minutes(t));
        queries[t] = signer.Sign("GET", kPath, user_, {}, now_).value();
        (void)signer_.Check("GET", kPath, queries[t], now_);
      });
    }
  }
  for (const std::string& query : queries) EXPECT_EQ(Check(query, now_), LinkState::kGood);
}

TEST_F(SignedUrl, RefusesADamagedFileOfKeys) {
  const std::string good = FileText(file_);
  for (const std::string& bad :
       {std::string(), std::string("tapmask-signing-keys 1\n"), good.substr(0, good.size() - 2),
        good + "x\n", good + "\n", "x" + good, good.substr(0, 40), std::string(100'000, 'a')}) {
    WriteText(file_, bad);
    EXPECT_THROW(UrlSigner(file_, now_), Error) << bad.substr(0, 200);
  }
  WriteText(file_, good);
  EXPECT_NO_THROW(UrlSigner(file_, now_));
}

}  // namespace
}  // namespace tapmask
