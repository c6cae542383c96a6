// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/iam.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/simulator/seeded_random.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;

std::string FormatExpiry(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::optional<std::string> HeaderOf(const SignedRequest& request,
                                    std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (EqualsIgnoringCase(key, name)) return value;
  }
  return std::nullopt;
}

// The text at a path of names, or nothing.
std::optional<std::string> TextAt(const json& object, const char* pointer) {
  const json::json_pointer path(pointer);
  if (!object.contains(path) || !object.at(path).is_string()) {
    return std::nullopt;
  }
  return object.at(path).get<std::string>();
}

bool AsksForPassword(const json& body) {
  const json::json_pointer path("/auth/identity/methods");
  return body.contains(path) && body.at(path).is_array() &&
         body.at(path).size() == 1 && body.at(path).at(0) == "password";
}

// The gateway's words for each reason.
std::string Words(const Verdict& verdict) {
  switch (verdict.reason) {
    case SignatureReason::kNoAuthorization:
      return "x-auth-token not found";
    case SignatureReason::kUnknownAccessKey:
      return absl::StrCat("Get secretKey failed,ak:", verdict.access_key,
                          ",err:ak not exist");
    case SignatureReason::kExpired:
      return "calc ak sk signature fail:signature expired";
    default:
      return absl::StrCat("verify aksk signature fail, ", verdict.detail);
  }
}

}  // namespace

std::optional<AccessKey> Iam::FindKey(const std::string& access_key) const {
  const std::lock_guard lock(mu_);
  for (const AccessKey& key : options_.keys) {
    if (key.access_key == access_key) return key;
  }
  return std::nullopt;
}

void Iam::PutKey(AccessKey key) {
  const std::lock_guard lock(mu_);
  failures_.erase(key.access_key);
  for (AccessKey& known : options_.keys) {
    if (known.access_key == key.access_key) {
      known = std::move(key);
      return;
    }
  }
  options_.keys.push_back(std::move(key));
}

void Iam::RemoveKey(const std::string& access_key) {
  const std::lock_guard lock(mu_);
  std::erase_if(options_.keys, [&access_key](const AccessKey& key) {
    return key.access_key == access_key;
  });
}

void Iam::Reset() {
  const std::lock_guard lock(mu_);
  tokens_.clear();
  failures_.clear();
}

void Iam::ExpireTokens(absl::Time now) {
  const std::lock_guard lock(mu_);
  for (auto& [token, expiry] : tokens_) expiry = std::min(expiry, now);
}

bool Iam::IsLocked(const std::string& access_key, absl::Time now) {
  const std::lock_guard lock(mu_);
  const auto found = failures_.find(access_key);
  return found != failures_.end() && now < found->second.locked_until;
}

void Iam::NoteFailure(const std::string& access_key, absl::Time now) {
  if (options_.lock_after <= 0) return;
  const std::lock_guard lock(mu_);
  Failures& failures = failures_[access_key];
  // More than so many lock the key, as the documents word it.
  if (++failures.in_a_row <= options_.lock_after) return;
  failures = {.locked_until = now + options_.lock_time};
}

Admission Iam::AdmitSigned(const SignedRequest& request, absl::Time now,
                           const std::string& request_id) {
  const auto secret_of =
      [this](const std::string& name) -> std::optional<std::string> {
    const std::optional<AccessKey> key = FindKey(name);
    if (!key) return std::nullopt;
    return key->secret_key;
  };
  Verdict verdict = VerifySignature(request, secret_of, now);
  const std::string& access_key = verdict.access_key;
  if (!access_key.empty() && IsLocked(access_key, now)) {
    return {"locked",
            AuthenticationError(
                "AK access failed to reach the limit,forbidden.", request_id)};
  }
  if (verdict.accepted()) {
    const std::string wanted =
        FindKey(access_key).value_or(AccessKey{}).security_token;
    if (HeaderOf(request, "x-security-token").value_or("") != wanted) {
      verdict.reason = SignatureReason::kMismatch;
      verdict.detail = "the security token is not that of the key";
    }
  }
  if (verdict.accepted()) {
    const std::lock_guard lock(mu_);
    failures_.erase(access_key);
    return {"accepted", std::nullopt};
  }
  if (verdict.reason == SignatureReason::kMismatch) {
    NoteFailure(access_key, now);
  }
  return {std::string(ToWord(verdict.reason)),
          AuthenticationError(Words(verdict), request_id)};
}

Admission Iam::AdmitToken(const std::string& token, absl::Time now,
                          const std::string& request_id) {
  if (!options_.fixed_token.empty() && token == options_.fixed_token) {
    return {"token", std::nullopt};
  }
  const std::lock_guard lock(mu_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) {
    return {"token_unknown",
            AuthenticationError("decrypt token fail", request_id)};
  }
  if (now < found->second) return {"token", std::nullopt};
  return {"token_expired",
          AuthenticationError(absl::StrCat("token expires, expires_at: ",
                                           FormatExpiry(found->second)),
                              request_id)};
}

Admission Iam::Admit(const SignedRequest& request, absl::Time now,
                     const std::string& request_id) {
  const std::optional<std::string> token = HeaderOf(request, "x-auth-token");
  if (token && !HeaderOf(request, "authorization")) {
    return AdmitToken(*token, now, request_id);
  }
  return AdmitSigned(request, now, request_id);
}

std::string Iam::Issue(absl::Time expires_at) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
  const std::lock_guard lock(mu_);
  SeededRandom random(++issued_, 77);
  std::string token = "MIISimulator";
  while (token.size() < 512) token.push_back(kAlphabet[random.Next() % 64]);
  tokens_[token] = expires_at;
  return token;
}

Reply Iam::CreateToken(const SignedRequest& request, absl::Time now) {
  const json body = json::parse(request.body, nullptr, false);
  const char* const user_path = "/auth/identity/password/user/name";
  if (!body.is_object() || !AsksForPassword(body) || !TextAt(body, user_path)) {
    return IamError(400, "Request parameter is invalid.");
  }
  const auto password = TextAt(body, "/auth/identity/password/user/password");
  const auto domain = TextAt(body, "/auth/identity/password/user/domain/name");
  if (TextAt(body, user_path) != options_.user ||
      password != options_.password || domain != options_.domain) {
    return IamError(401, "The username or password is wrong.");
  }
  const auto id = TextAt(body, "/auth/scope/project/id");
  const auto name = TextAt(body, "/auth/scope/project/name");
  const auto project = std::find_if(
      options_.projects.begin(), options_.projects.end(),
      [&](const Project& one) {
        return (!id || one.id == *id) && (!name || one.name == *name);
      });
  if ((!id && !name) || project == options_.projects.end()) {
    return IamError(401, "The project is not found.");
  }
  const absl::Time expires_at = now + options_.token_lifetime;
  const json answer = {
      {"token",
       {{"expires_at", FormatExpiry(expires_at)},
        {"issued_at", FormatExpiry(now)},
        {"methods", {"password"}},
        {"project", {{"id", project->id}, {"name", project->name}}},
        {"user", {{"name", options_.user}, {"id", "simulated-user"}}},
        {"roles", json::array()}}}};
  Reply reply{.status = 201, .body = answer.dump()};
  reply.headers.emplace_back("X-Subject-Token", Issue(expires_at));
  return reply;
}

Reply Iam::ListProjects(const SignedRequest& request) const {
  std::optional<std::string> name;
  for (const auto& [key, value] :
       ReadQuery(SplitTarget(request.target).second)) {
    if (key == "name") name = value;
  }
  json projects = json::array();
  for (const Project& project : options_.projects) {
    if (name && project.name != *name) continue;
    projects.push_back({{"id", project.id},
                        {"name", project.name},
                        {"domain_id", "simulated-domain"},
                        {"parent_id", "simulated-domain"},
                        {"is_domain", false},
                        {"enabled", true},
                        {"description", ""}});
  }
  const json answer = {{"projects", projects},
                       {"links", {{"self", "/v3/projects"}}}};
  return {.body = answer.dump()};
}

bool Iam::HasProject(const std::string& id) const {
  return std::any_of(options_.projects.begin(), options_.projects.end(),
                     [&id](const Project& one) { return one.id == id; });
}

}  // namespace hssgw::simulator
