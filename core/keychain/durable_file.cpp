// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/durable_file.h"

#include <cerrno>
#include <fcntl.h>
#include <format>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace countersign::keychain {

namespace {

constexpr mode_t kPrivate = 0600;

class Descriptor {
public:
    explicit Descriptor(int value) : m_value(value) { }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (m_value >= 0) {
            ::close(m_value);
        }
    }
    [[nodiscard]] bool isOpen() const { return m_value >= 0; }
    [[nodiscard]] int get() const { return m_value; }
    [[nodiscard]] int release() { return std::exchange(m_value, -1); }

private:
    int m_value;
};

std::unexpected<Error> failed(std::string_view doing, const std::string& path)
{
    const int reason = errno;
    const auto code = reason == ENOSPC || reason == EDQUOT ? ErrorCode::StorageFull : ErrorCode::StorageFailed;
    return fail(code, std::format("Can't {} {}: {}.", doing, path, std::generic_category().message(reason)));
}

bool writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return true;
}

} // namespace

FileLock::FileLock(int descriptor) : m_descriptor(descriptor) { }

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) { }

FileLock::~FileLock()
{
    if (m_descriptor >= 0) {
        ::close(m_descriptor); // which gives the lock back
    }
}

Result<FileLock> FileLock::take(const std::string& path)
{
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivate));
    if (!file.isOpen()) {
        return failed("open", path);
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(ErrorCode::StorageInUse, std::format("Another program holds {}.", path));
        }
        return failed("lock", path);
    }
    return FileLock(file.release());
}

Result<std::optional<std::string>> readWholeFile(const std::string& path, std::size_t maxBytes)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.isOpen()) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return failed("open", path);
    }
    struct stat about{};
    if (::fstat(file.get(), &about) != 0) {
        return failed("look at", path);
    }
    if (!S_ISREG(about.st_mode)) {
        return fail(ErrorCode::StorageFailed, std::format("{} is not an ordinary file.", path));
    }
    std::string bytes(maxBytes + 1, '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const auto got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return failed("read", path);
        }
        size += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    if (size > maxBytes) {
        return fail(ErrorCode::TooLarge, std::format("{} is larger than {} bytes.", path, maxBytes));
    }
    bytes.resize(size);
    return bytes;
}

Result<void> replaceFile(const std::string& path, std::string_view bytes)
{
    const auto fresh = path + ".new";
    ::unlink(fresh.c_str()); // what a power cut may have left
    {
        const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivate));
        if (!file.isOpen()) {
            return failed("make", fresh);
        }
        if (!writeAll(file.get(), bytes) || ::fsync(file.get()) != 0) {
            auto error = failed("write", fresh);
            ::unlink(fresh.c_str());
            return error;
        }
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        return failed("replace", path);
    }
    const auto folder = path.substr(0, path.rfind('/'));
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.isOpen() || ::fsync(directory.get()) != 0) {
        return failed("make durable", folder);
    }
    return {};
}

} // namespace countersign::keychain
