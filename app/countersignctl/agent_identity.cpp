// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/agent_identity.h"

#include "app/countersignctl/control_client.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace countersign::ctl {

namespace {
constexpr std::size_t kMaxFileBytes = 16 * 1024;

std::unexpected<Problem> failed(const std::string& path, const std::string& why)
{
    return problem(ExitStatus::Failed, "agent_key", "The agent's key file " + path + ' ' + why + '.');
}

class File {
public:
    File(const std::string& path, int flags) : m_fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) { }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    [[nodiscard]] int fd() const { return m_fd; }

private:
    int m_fd;
};

Answer<crypto::SecretBytes> readAll(const File& file, const std::string& path)
{
    crypto::SecretBytes buffer(kMaxFileBytes);
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t count = ::read(file.fd(), buffer.data() + size, buffer.size() - size);
        if (count < 0)
            return failed(path, std::string("can't be read: ") + std::generic_category().message(errno));
        if (count == 0)
            return crypto::SecretBytes(buffer.view().substr(0, size));
        size += static_cast<std::size_t>(count);
    }
    return failed(path, "is too large");
}

bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(fd) == 0;
}

Answer<AgentIdentity> fresh()
{
    auto key = crypto::PrivateKey::generate(crypto::KeyType::P256);
    if (!key)
        return problem(ExitStatus::Failed, "agent_key", key.error().message);
    return AgentIdentity{.key = *std::move(key)};
}
} // namespace

AgentFile::AgentFile(std::string folder, std::string_view name, std::string_view issuer)
    : m_folder(std::move(folder))
    , m_path(m_folder + "/agent-"
          + crypto::sha256Base64url(std::string(issuer) + '\n' + std::string(name)).substr(0, 16) + ".json")
{
}

Answer<AgentIdentity> AgentFile::load() const
{
    const File file(m_path, O_RDONLY);
    if (file.fd() < 0)
        return errno == ENOENT
            ? fresh()
            : failed(m_path, std::string("can't be opened: ") + std::generic_category().message(errno));
    struct stat facts{};
    if (::fstat(file.fd(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid()
        || (facts.st_mode & 0077U) != 0)
        return failed(m_path, "may be read by others. Remove it, and the agent gets a new key");
    const auto bytes = readAll(file, m_path);
    if (!bytes)
        return std::unexpected(bytes.error());
    const auto object = json::parseObject(bytes->view());
    const auto encoded = object ? crypto::fromBase64(textOf(*object, "key")) : Result<std::string>(std::string());
    if (!object || !encoded)
        return failed(m_path, "is damaged. Remove it, and the agent gets a new key");
    std::string der = *encoded;
    auto key = crypto::PrivateKey::fromPkcs8(crypto::SecretBytes(der));
    crypto::wipe(der);
    if (!key)
        return failed(m_path, "holds no key. Remove it, and the agent gets a new one");
    AgentIdentity identity{.key = *std::move(key)};
    identity.accessToken = textOf(*object, "access_token");
    identity.refreshToken = textOf(*object, "refresh_token");
    if (const std::string id = textOf(*object, "client_id"); !id.empty())
        identity.clientId = ClientId{id};
    return identity;
}

Answer<void> AgentFile::store(const AgentIdentity& identity) const
{
    std::error_code error;
    std::filesystem::create_directories(m_folder, error);
    if (error || ::chmod(m_folder.c_str(), 0700) != 0)
        return failed(m_path, "can't be made: " + m_folder + " is not a folder of ours");
    const auto der = identity.key.toPkcs8();
    if (!der)
        return problem(ExitStatus::Failed, "agent_key", der.error().message);
    json::Object object{{"key", crypto::base64(der->view())}};
    if (identity.clientId)
        object["client_id"] = identity.clientId->value;
    if (!identity.accessToken.empty())
        object["access_token"] = identity.accessToken;
    if (!identity.refreshToken.empty())
        object["refresh_token"] = identity.refreshToken;
    std::string text = json::serialize(object);

    const std::string temporary = m_path + ".new";
    ::unlink(temporary.c_str()); // what a run that was cut off left behind
    const File file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    const bool written =
        file.fd() >= 0 && writeAll(file.fd(), text) && ::rename(temporary.c_str(), m_path.c_str()) == 0;
    crypto::wipe(text);
    if (!written)
        return failed(m_path, std::string("can't be written: ") + std::generic_category().message(errno));
    return {};
}

} // namespace countersign::ctl
