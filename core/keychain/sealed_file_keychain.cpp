// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/sealed_file_keychain.h"

#include "core/crypto/digest.h"
#include "core/keychain/durable_file.h"
#include "core/keychain/seal.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <format>
#include <map>
#include <sys/stat.h>
#include <utility>

namespace countersign::keychain {

namespace {

constexpr std::string_view kPurpose = "sealed-file";
constexpr std::size_t kMaxFileBytes = 2 * kMaxSealedBytes;
constexpr std::size_t kLengthBytes = 4;

using Entries = std::map<std::string, crypto::SecretBytes, std::less<>>;

std::unexpected<Error> damaged(const std::string& path)
{
    return fail(ErrorCode::KeychainEmptied,
        std::format("The sealed key file {} is damaged: it was cut off or changed since Countersign wrote it. "
                    "Countersign can't sign anything without it, and has not touched it. Put back a copy of that file "
                    "from a backup and try again. Without a backup its keys are lost: move the whole data folder away "
                    "and start afresh; agents must then be registered again.",
            path));
}

std::unexpected<Error> gone(const std::string& path)
{
    return fail(ErrorCode::KeychainEmptied,
        std::format("The sealed key file {} has disappeared or was replaced while Countersign had it open. Nothing was "
                    "written. Put the file back, from a backup if need be, and try again.",
            path));
}

std::unexpected<Error> unreadable(const Error& error)
{
    return fail(ErrorCode::KeychainDenied,
        error.message
            + " Countersign needs to read and write its sealed key file: check the folder's owner, permissions and "
              "free space, and try again.");
}

std::unexpected<Error> notAsked(const Error& error)
{
    if (error.code != ErrorCode::Cancelled) {
        return std::unexpected(error);
    }
    return fail(ErrorCode::KeychainDenied,
        "The passphrase of the sealed key file was not entered, so Countersign has no keys and can't sign anything. "
        "Try again and enter it; nothing was changed.");
}

// Name and value, each after its length (32 bits, big-endian).
void appendPiece(crypto::SecretBytes& to, std::size_t& at, std::string_view piece)
{
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        to.data()[at++] = static_cast<char>(piece.size() >> (8 * (kLengthBytes - 1 - i)) & 0xFF);
    }
    std::ranges::copy(piece, to.data() + at);
    at += piece.size();
}

crypto::SecretBytes pack(const Entries& entries)
{
    std::size_t size = 0;
    for (const auto& [name, secret] : entries) {
        size += 2 * kLengthBytes + name.size() + secret.size();
    }
    crypto::SecretBytes packed(size);
    std::size_t at = 0;
    for (const auto& [name, secret] : entries) {
        appendPiece(packed, at, name);
        appendPiece(packed, at, secret.view());
    }
    return packed;
}

std::optional<std::string_view> takePiece(std::string_view& from)
{
    if (from.size() < kLengthBytes) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (const char c : from.substr(0, kLengthBytes)) {
        size = size << 8 | static_cast<unsigned char>(c);
    }
    from.remove_prefix(kLengthBytes);
    if (from.size() < size) {
        return std::nullopt;
    }
    const auto piece = from.substr(0, size);
    from.remove_prefix(size);
    return piece;
}

std::optional<Entries> unpack(const crypto::SecretBytes& packed)
{
    Entries entries;
    auto rest = packed.view();
    while (!rest.empty()) {
        const auto name = takePiece(rest);
        const auto value = name ? takePiece(rest) : std::nullopt;
        if (!value || !entries.emplace(std::string(*name), crypto::SecretBytes(*value)).second) {
            return std::nullopt;
        }
    }
    return entries;
}

// The box without the digest behind it; nullopt when they don't belong together.
std::optional<std::string_view> boxOf(std::string_view file)
{
    if (file.size() <= crypto::kSha256Bytes) {
        return std::nullopt;
    }
    const auto box = file.substr(0, file.size() - crypto::kSha256Bytes);
    return crypto::sha256(box) == file.substr(box.size()) ? std::optional(box) : std::nullopt;
}

class SealedFileKeychain final : public Keychain {
public:
    SealedFileKeychain(std::string path, FileLock lock, AskPassphrase ask)
        : m_path(std::move(path)), m_lock(std::move(lock)), m_ask(std::move(ask))
    {
    }

    [[nodiscard]] Result<void> open();

    [[nodiscard]] Backend backend() const override { return Backend::SealedFile; }
    [[nodiscard]] Result<std::optional<crypto::SecretBytes>> read(std::string_view name) override;
    [[nodiscard]] Result<void> write(std::string_view name, const crypto::SecretBytes& secret) override;

private:
    [[nodiscard]] Result<Entries> load() const;
    [[nodiscard]] Result<crypto::SecretBytes> ask(PassphrasePurpose purpose, const std::string& reason) const;
    [[nodiscard]] Result<SealKey> keyOf(std::string_view box) const;
    [[nodiscard]] Result<SealKey> newKey() const;
    [[nodiscard]] Result<void> store(const Entries& entries);

    std::string m_path;
    FileLock m_lock;
    AskPassphrase m_ask;
    std::string m_file; // what is on disk, as far as we know; empty when there is no file
    std::optional<SealKey> m_key; // set when m_file is
};

Result<void> SealedFileKeychain::open()
{
    auto file = readWholeFile(m_path, kMaxFileBytes);
    if (!file) {
        return file.error().code == ErrorCode::TooLarge ? damaged(m_path) : unreadable(file.error());
    }
    if (!*file) {
        return {};
    }
    const auto box = boxOf(**file);
    if (!box) {
        return damaged(m_path);
    }
    auto key = keyOf(*box);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    m_key = std::move(*key);
    m_file = std::move(**file);
    if (auto entries = load(); !entries) {
        return std::unexpected(std::move(entries).error());
    }
    return {};
}

Result<crypto::SecretBytes> SealedFileKeychain::ask(PassphrasePurpose purpose, const std::string& reason) const
{
    if (!m_ask) {
        return fail(ErrorCode::KeychainLocked,
            "The sealed key file needs its passphrase, and nothing here can ask for it. Start Countersign on the "
            "desktop, and enter the passphrase in its window.");
    }
    auto answer = m_ask(purpose, QString::fromStdString(reason));
    if (!answer) {
        return notAsked(answer.error());
    }
    return answer;
}

Result<SealKey> SealedFileKeychain::keyOf(std::string_view box) const
{
    std::string reason;
    for (int left = kMaxPassphraseTries - 1; left >= 0; --left) {
        auto passphrase = ask(PassphrasePurpose::OpenSealedFile, reason);
        if (!passphrase) {
            return std::unexpected(std::move(passphrase).error());
        }
        auto key = SealKey::forBox(box, *passphrase);
        if (!key) {
            return key.error().code == ErrorCode::InvalidInput ? damaged(m_path) : std::move(key);
        }
        const auto opened = key->unseal(box, kPurpose);
        if (opened || opened.error().code != ErrorCode::WrongPassphrase) {
            return opened ? std::move(key) : Result<SealKey>(std::unexpected(opened.error()));
        }
        reason = std::format("That passphrase does not open the sealed key file. Check Caps Lock and the keyboard "
                             "layout. Tries left: {}.",
            left);
    }
    return fail(ErrorCode::WrongPassphrase,
        std::format("None of {} passphrases opened the sealed key file {}. Countersign stays without its keys and "
                    "can't sign; nothing was changed. Try again with the passphrase chosen for the key file when "
                    "Countersign was first started (it is not the one asked for when approving). It can't be reset.",
            kMaxPassphraseTries, m_path));
}

Result<SealKey> SealedFileKeychain::newKey() const
{
    std::string reason;
    for (int tries = 0; tries < kMaxPassphraseTries; ++tries) {
        auto passphrase = ask(PassphrasePurpose::NewSealedFile, reason);
        if (!passphrase) {
            return std::unexpected(std::move(passphrase).error());
        }
        auto key = SealKey::make(*passphrase);
        if (key || key.error().code != ErrorCode::InvalidInput) {
            return key;
        }
        reason = key.error().message;
    }
    return fail(ErrorCode::KeychainDenied,
        "No usable passphrase was chosen for the sealed key file, so no key was stored. " + reason + " Try again.");
}

Result<Entries> SealedFileKeychain::load() const
{
    const auto file = readWholeFile(m_path, kMaxFileBytes);
    if (!file) {
        return unreadable(file.error());
    }
    if (file->value_or(std::string()) != m_file) {
        return gone(m_path);
    }
    if (m_file.empty()) {
        return Entries();
    }
    const auto packed = m_key->unseal(*boxOf(m_file), kPurpose);
    if (!packed) {
        return std::unexpected(packed.error());
    }
    auto entries = unpack(*packed);
    if (!entries) {
        return damaged(m_path);
    }
    return std::move(*entries);
}

Result<std::optional<crypto::SecretBytes>> SealedFileKeychain::read(std::string_view name)
{
    if (auto usable = checkEntry(name, 0); !usable) {
        return std::unexpected(std::move(usable).error());
    }
    auto entries = load();
    if (!entries) {
        return std::unexpected(std::move(entries).error());
    }
    const auto entry = entries->find(name);
    if (entry == entries->end()) {
        return std::nullopt;
    }
    return std::move(entry->second);
}

Result<void> SealedFileKeychain::write(std::string_view name, const crypto::SecretBytes& secret)
{
    if (auto usable = checkEntry(name, secret.size()); !usable) {
        return usable;
    }
    auto entries = load();
    if (!entries) {
        return std::unexpected(std::move(entries).error());
    }
    if (!m_key) {
        auto key = newKey();
        if (!key) {
            return std::unexpected(std::move(key).error());
        }
        m_key = std::move(*key);
    }
    entries->insert_or_assign(std::string(name), secret.clone());
    return store(*entries);
}

Result<void> SealedFileKeychain::store(const Entries& entries)
{
    auto file = m_key->seal(pack(entries), kPurpose);
    if (!file) {
        return std::unexpected(std::move(file).error());
    }
    *file += crypto::sha256(*file);
    const auto replaced = replaceFile(m_path, *file);
    const auto onDisk = readWholeFile(m_path, kMaxFileBytes);
    if (onDisk && *onDisk == *file) {
        m_file = std::move(*file); // also when only the folder could not be synced: the next write builds on it
    }
    if (!replaced) {
        return unreadable(replaced.error());
    }
    return onDisk && *onDisk == m_file ? Result<void>() : gone(m_path);
}

} // namespace

Result<std::unique_ptr<Keychain>> openSealedFile(const OpenOptions& options)
{
    const auto folder = QFile::encodeName(QDir(options.folder).absolutePath()).toStdString();
    ::mkdir(folder.c_str(), 0700); // it may exist; whether it can be used shows below
    auto lock = FileLock::take(folder + "/keychain.sealed.lock");
    if (!lock) {
        if (lock.error().code == ErrorCode::StorageInUse) {
            return fail(ErrorCode::StorageInUse,
                "Another Countersign has the sealed key file open. End it first, then try again. "
                    + lock.error().message);
        }
        return unreadable(lock.error());
    }
    auto keychain =
        std::make_unique<SealedFileKeychain>(folder + "/keychain.sealed", std::move(*lock), options.askPassphrase);
    if (auto opened = keychain->open(); !opened) {
        return std::unexpected(std::move(opened).error());
    }
    return keychain;
}

} // namespace countersign::keychain
