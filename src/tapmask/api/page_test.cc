// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/page.h"

#include <array>
#include <string>

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/conditional.h"
#include "tapmask/api/token.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

constexpr std::array kFiles{
    PageFile{"/index.html", "text/html; charset=utf-8", "<title>TapMask</title>", "packed page",
             "0123456789abcdef"},
    PageFile{"/favicon.svg", "image/svg+xml", "<svg/>", "", "00000000000000aa"},
    PageFile{"/licenses.txt", "text/plain; charset=utf-8", "MIT", "packed MIT", "00000000000000bb"},
    PageFile{"/assets/app-1a.js", "text/javascript; charset=utf-8", "run();", "packed", "1a1a1a1a"},
    PageFile{"/assets/font-2b.woff2", "font/woff2", std::string_view("\0\1\2", 3), "", "2b2b2b2b"},
    PageFile{"/assets/none-3c.css", "text/css; charset=utf-8", "", "", "3c3c3c3c"},
};
constexpr const char* kHtmlAddresses[] = {"/",
                                          "/verify",
                                          "/reset",
                                          "/jobs/e4eaaaf2-d142-41b1-b3e6-3a1f9b2c4d5e",
                                          "/jobs/cut-off",
                                          "/videos/9b2e4c1a-7d3f-4e58-a1b6-2c8d9e0f1a2b",
                                          "/account",
                                          "/history"};
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

class PageTest : public AccountFixture {
 protected:
  PageTest() { page_files_ = kFiles; }

  // The owner of this machine, and a token as the terminal shows it.
  std::string MakeOwner() {
    owner_ = AddUser("", Tier::kLocal);
    services_->settings.local_owner = owner_.id;
    return MakeLink(owner_);
  }
  std::string MakeLink(const User& user) {
    const std::string token = NewToken();
    stores_->credentials().AddTicket(
        {HashOfToken(token), TicketPurpose::kLocalLogin, user.id, clock_.now + 24h});
    return token;
  }
  static void ExpectLinkInvalid(const Answer& answer) {
    EXPECT_EQ(answer.status, 401) << answer.text;
    EXPECT_EQ(answer.code(), "login_link_invalid");
    EXPECT_TRUE(answer.headers.Has("WWW-Authenticate"));
    EXPECT_FALSE(answer.headers.Has("Set-Cookie"));
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  }
  // What a browser must be told with every form of the page, a 304 too.
  static void ExpectGuarded(const Answer& answer, std::string_view what) {
    EXPECT_EQ(answer.headers.All("Content-Security-Policy"), std::vector<std::string_view>{kPolicy})
        << what;
    EXPECT_EQ(answer.headers.Get("X-Content-Type-Options"), "nosniff") << what;
    EXPECT_EQ(answer.headers.Get("Referrer-Policy"), "no-referrer") << what;
    EXPECT_EQ(answer.headers.Get("Cross-Origin-Resource-Policy"), "same-origin") << what;
  }
  Answer GetPacked(std::string target, const char* accepted = "gzip, br") {
    return Get(std::move(target), {.headers = {{"Accept-Encoding", accepted}}});
  }
  Answer GetUnless(std::string target, std::string etag, const char* accepted = "") {
    return Get(std::move(target),
               {.headers = {{"If-None-Match", std::move(etag)}, {"Accept-Encoding", accepted}}});
  }

  User owner_;
};

TEST_F(PageTest, IsAtEachOfItsAddresses) {
  for (const char* target : kHtmlAddresses) {
    const Answer answer = Get(target);

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.text, "<title>TapMask</title>") << target;
    EXPECT_EQ(answer.headers.Get("Content-Type"), "text/html; charset=utf-8") << target;
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-cache") << target;
    EXPECT_EQ(answer.headers.Get("ETag"), "\"0123456789abcdef\"") << target;
    EXPECT_EQ(answer.headers.Get("Vary"), "Accept-Encoding") << target;
    EXPECT_FALSE(answer.headers.Has("Content-Encoding")) << target;
    EXPECT_EQ(answer.headers.Get("Cross-Origin-Opener-Policy"), "same-origin") << target;
    EXPECT_EQ(answer.headers.Get("Permissions-Policy"), "camera=(), geolocation=(), microphone=()")
        << target;
    ExpectGuarded(answer, target);
  }
}

TEST_F(PageTest, IsAtNoOther) {
  for (const char* target : {"/index.html", "/jobs", "/jobs/", "/jobs/a/b", "/account/", "/Account",
                             "/favicon.ico", "/assets", "/assets/", "/login"}) {
    const Answer answer = Get(target);

    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.code(), "not_found") << target;
  }
}

TEST_F(PageTest, IsNotSentAgainWhenItIsTheSame) {
  for (const char* target : kHtmlAddresses) {
    const Answer answer = GetUnless(target, "\"0123456789abcdef\"");

    EXPECT_EQ(answer.status, 304) << target;
    EXPECT_EQ(answer.text, "") << target;
    EXPECT_EQ(answer.headers.Get("ETag"), "\"0123456789abcdef\"") << target;
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-cache") << target;
    EXPECT_EQ(answer.headers.Get("Vary"), "Accept-Encoding") << target;
    ExpectGuarded(answer, target);
  }
  EXPECT_EQ(GetUnless("/", "\"another\"").status, 200);
}

TEST_F(PageTest, TellsItsTwoFormsApart) {
  const Answer packed = GetPacked("/");

  EXPECT_EQ(packed.text, "packed page");
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(packed.headers.Get("Vary"), "Accept-Encoding");
  const std::string etag(packed.headers.Get("ETag").value_or(""));
  EXPECT_EQ(etag, "\"0123456789abcdef-gzip\"");
  EXPECT_EQ(GetUnless("/", etag, "gzip").status, 304);
  EXPECT_EQ(GetUnless("/", etag, "").status, 200);
  EXPECT_EQ(GetUnless("/", "\"0123456789abcdef\"", "gzip").status, 200);
}

TEST_F(PageTest, IsPackedOnlyWhereThatIsWanted) {
  for (const char* accepted : {"", "br", "gzip;q=0", "*;q=0", "identity"}) {
    const Answer answer = GetPacked("/assets/app-1a.js", accepted);

    EXPECT_EQ(answer.text, "run();") << accepted;
    EXPECT_FALSE(answer.headers.Has("Content-Encoding")) << accepted;
    EXPECT_EQ(answer.headers.Get("Vary"), "Accept-Encoding") << accepted;
  }
}

TEST_F(PageTest, AssetsAreKeptForEver) {
  for (const PageFile& file : kFiles) {
    if (!file.path.starts_with("/assets/")) continue;
    const std::string target(file.path);
    const Answer answer = Get(target);

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.text, file.bytes) << target;
    EXPECT_EQ(answer.headers.Get("Content-Type"), file.content_type) << target;
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "public, max-age=31536000, immutable") << target;
    EXPECT_EQ(answer.headers.Has("Vary"), !file.gzip.empty()) << target;
    ExpectGuarded(answer, target);
    EXPECT_EQ(GetUnless(target, ETag(file.hash)).status, 304) << target;
    const Answer packed = GetPacked(target);
    EXPECT_EQ(packed.text, file.gzip.empty() ? file.bytes : file.gzip) << target;
    EXPECT_EQ(packed.headers.Has("Content-Encoding"), !file.gzip.empty()) << target;
  }
}

TEST_F(PageTest, HasAnIcon) {
  const Answer answer = GetPacked("/favicon.svg");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text, "<svg/>");
  EXPECT_EQ(answer.headers.Get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-cache");
  EXPECT_FALSE(answer.headers.Has("Vary"));
  ExpectGuarded(answer, "icon");
}

TEST_F(PageTest, HasTheLicencesOfWhatIsInIt) {
  const Answer answer = Get("/licenses.txt");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text, "MIT");
  EXPECT_EQ(answer.headers.Get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-cache");
  EXPECT_EQ(GetPacked("/licenses.txt").text, "packed MIT");
  ExpectGuarded(answer, "licences");
}

TEST_F(PageTest, SaysWhereAnAssetIsNot) {
  for (const char* target : {"/assets/app-1b.js", "/assets/index.html", "/assets/..%2findex.html",
                             "/assets/../index.html", "/assets/%2e%2e/index.html",
                             "/assets/app-1a.js%00", "/assets/app-1a.js/", "/assets//app-1a.js",
                             "/assets/more/app-1a.js", "/assets/APP-1a.js", "/assets/%ff"}) {
    const Answer answer = GetPacked(target);

    EXPECT_TRUE(answer.status == 404 || answer.status == 400) << target << ' ' << answer.status;
    EXPECT_EQ(answer.headers.Get("Content-Type"), "application/problem+json") << target;
    EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store") << target;
  }
  EXPECT_EQ(Get("/assets/app-1b.js").code(), "not_found");
}

// The links of mails and of the terminal.
TEST_F(PageTest, IsNotKeptWhereTheAddressHasAToken) {
  for (const char* target :
       {"/verify?token=abc", "/reset?token=abc", "/reset?x=1&token=abc",
        "/reset?token=", "/reset?token", "/verify?%74oken=abc", "/jobs/1?token=abc",
        "/account?token=abc", "/assets/app-1a.js?token=abc"}) {
    for (const char* etag : {"\"none\"", "\"0123456789abcdef\"", "\"1a1a1a1a\"", "*"}) {
      const Answer answer = GetUnless(target, etag);

      EXPECT_EQ(answer.status, 200) << target << ' ' << etag;
      EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store") << target << ' ' << etag;
      EXPECT_FALSE(answer.headers.Has("ETag")) << target << ' ' << etag;
      ExpectGuarded(answer, target);
    }
  }
  EXPECT_EQ(Get("/verify?tokens=1").headers.Get("Cache-Control"), "no-cache");
}

TEST_F(PageTest, LeavesTheTokensOfMailsAlone) {
  const User user = AddUser();
  const std::string token = NewToken();
  const Ticket ticket{HashOfToken(token), TicketPurpose::kResetPassword, user.id, clock_.now + 1h};
  stores_->credentials().AddTicket(ticket);

  EXPECT_EQ(Get("/reset?token=" + token).status, 200);

  EXPECT_EQ(stores_->credentials().UseTicket(ticket.token_hash, ticket.purpose, clock_.now),
            user.id);
}

TEST_F(PageTest, AnswersHeadLikeGet) {
  for (const char* target :
       {"/", "/verify", "/assets/app-1a.js", "/favicon.svg", "/licenses.txt"}) {
    const Answer get = Get(target), head = Send(Method::kHead, target);

    EXPECT_EQ(head.status, 200) << target;
    for (const char* name : {"ETag", "Content-Type", "Cache-Control", "Vary"}) {
      EXPECT_EQ(head.headers.Get(name), get.headers.Get(name)) << target << ' ' << name;
    }
  }
  EXPECT_EQ(Send(Method::kHead, "/assets/other.js").status, 404);
}

TEST_F(PageTest, TakesNoBodies) {
  for (const char* target : {"/", "/verify", "/reset", "/jobs/1", "/videos/1", "/account",
                             "/history", "/assets/app-1a.js", "/favicon.svg", "/licenses.txt"}) {
    EXPECT_EQ(Get(target, {.body = "{}"}).code(), "body_too_large") << target;
    EXPECT_EQ(Post(target, "").code(), "method_not_allowed") << target;
  }
}

TEST_F(PageTest, NeedsAnIndex) {
  RouteTable routes;

  EXPECT_THROW(AddPageRoutes(routes, *services_, {}), std::logic_error);
  EXPECT_THROW(AddPageRoutes(routes, *services_, std::span(kFiles).subspan(1)), std::logic_error);
}

TEST_F(PageTest, SignsTheLocalOwnerInOnce) {
  const std::string token = MakeOwner();

  const Answer answer = Get("/?token=" + token);

  EXPECT_EQ(answer.status, 303) << answer.text;
  EXPECT_EQ(answer.headers.Get("Location"), "/");
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  EXPECT_NE(answer.session(), token);
  const Answer me = Get("/api/v1/me", {.session = answer.session()});
  EXPECT_EQ(me.json["userId"], owner_.id.text());
  EXPECT_EQ(me.json["tierType"], "local");
  ExpectLinkInvalid(Get("/?token=" + token));
  EXPECT_EQ(Get("/api/v1/me", {.session = answer.session()}).status, 200);
}

TEST_F(PageTest, RefusesOtherLinks) {
  const std::string token = MakeOwner();
  const User user = AddUser();
  const std::string others = MakeLink(user);
  const std::string reset = NewToken();
  stores_->credentials().AddTicket(
      {HashOfToken(reset), TicketPurpose::kResetPassword, owner_.id, clock_.now + 1h});

  for (const std::string& wrong : {std::string(), std::string("x"), NewToken(), token.substr(1),
                                   token + "x", others, reset, std::string(3'000, 'a')}) {
    ExpectLinkInvalid(Get("/?token=" + wrong));
  }
  const std::string later = MakeLink(owner_);
  ExpectLinkInvalid(Get("/?token=" + token));
  clock_.now += 24h;
  ExpectLinkInvalid(Get("/?token=" + later));
}

TEST_F(PageTest, HasNoLinksWithoutAnOwner) {
  const std::string token = MakeOwner();
  services_->settings.local_owner.reset();
  ExpectLinkInvalid(Get("/?token=" + token));
  services_->settings.local_owner = owner_.id;
  ASSERT_TRUE(stores_->users().Close(owner_.id, clock_.now));
  ExpectLinkInvalid(Get("/?token=" + token));
}

TEST_F(PageTest, ALookInAdvanceDoesNotUseTheLinkUp) {
  const std::string token = MakeOwner();

  const Answer head = Send(Method::kHead, "/?token=" + token);

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.Get("Cache-Control"), "no-store");
  EXPECT_FALSE(head.headers.Has("Set-Cookie"));
  EXPECT_EQ(Get("/?token=" + token).status, 303);
}

TEST_F(PageTest, TheLinkIsGoodAtTheFirstAddressOnly) {
  const std::string token = MakeOwner();

  for (const char* target : {"/verify", "/account", "/favicon.svg"}) {
    const Answer answer = Get(target + ("?token=" + token));
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_FALSE(answer.headers.Has("Set-Cookie")) << target;
  }
  EXPECT_EQ(Get("/?token=" + token).status, 303);
}

// Regression: pictures in a page from elsewhere, which the owner's browser asked for, used their
// tries up.
TEST_F(PageTest, LetsTheOwnerInHoweverManyLinksWereTried) {
  const std::string token = MakeOwner();
  for (int i = 0; i < 200; ++i) ExpectLinkInvalid(Get("/?token=" + (i % 2 ? NewToken() : "x")));

  EXPECT_EQ(Get("/?token=" + token).status, 303);
}

}  // namespace
}  // namespace tapmask::api
