// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/secret_service_keychain.h"

#include "core/crypto/digest.h"
#include "core/keychain/bus_names.h"

#include <libsecret/secret.h>

#include <format>
#include <utility>
#include <vector>

namespace countersign::keychain {

namespace {

constexpr std::string_view kUnharmed = "Until then Countersign can't sign anything. No key was changed or replaced.";
constexpr const char* kNameAttribute = "name";
constexpr const char* kContentType = "application/octet-stream";

constexpr SecretSchema kSchema{
    .name = "org.countersign.Countersign",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{kNameAttribute, SECRET_SCHEMA_ATTRIBUTE_STRING}},
    .reserved = 0,
    .reserved1 = nullptr,
    .reserved2 = nullptr,
    .reserved3 = nullptr,
    .reserved4 = nullptr,
    .reserved5 = nullptr,
    .reserved6 = nullptr,
    .reserved7 = nullptr,
};

struct Free {
    void operator()(gpointer object) const { g_object_unref(object); }
    void operator()(GError* error) const { g_error_free(error); }
    void operator()(GHashTable* table) const { g_hash_table_unref(table); }
    void operator()(SecretValue* value) const { secret_value_unref(value); }
};
template <typename T> using Owned = std::unique_ptr<T, Free>;

// Where a GLib function reports an error.
class Failure {
public:
    [[nodiscard]] GError** slot() { return &m_error; }
    [[nodiscard]] bool happened() const { return m_error != nullptr; }
    [[nodiscard]] std::unexpected<Error> asError() const;

    Failure() = default;
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;
    ~Failure() { g_clear_error(&m_error); }

private:
    [[nodiscard]] bool is(GQuark domain, int code) const { return g_error_matches(m_error, domain, code) != FALSE; }
    [[nodiscard]] bool serviceIsGone() const;

    GError* m_error = nullptr;
};

QString serviceName()
{
    return QStringLiteral("org.freedesktop.secrets");
}

std::unexpected<Error> missing()
{
    return fail(ErrorCode::KeychainMissing,
        std::format("No keyring answers on this desktop (the bus name org.freedesktop.secrets). Countersign's keys are "
                    "kept in the keyring. Check that you are logged in to a desktop session and that its keyring runs "
                    "(GNOME: package gnome-keyring), then try again. {}",
            kUnharmed));
}

std::unexpected<Error> locked()
{
    return fail(ErrorCode::KeychainLocked,
        std::format("The desktop's keyring is locked, and Countersign's keys are in it. Try again, and enter the "
                    "keyring's password when the desktop asks for it. {}",
            kUnharmed));
}

std::unexpected<Error> dismissed()
{
    return fail(ErrorCode::KeychainDenied,
        std::format("The desktop's keyring stays locked: its window was cancelled, or could not be shown. Try again "
                    "and enter the keyring's password (often the login password); if no window comes up, unlock it in "
                    "“Passwords and Keys” first. {}",
            kUnharmed));
}

std::unexpected<Error> refused(std::string_view reason)
{
    return fail(ErrorCode::KeychainDenied,
        std::format(
            "The desktop's keyring refused: {}. Look at the keyring in “Passwords and Keys”, then try again. {}",
            reason, kUnharmed));
}

bool Failure::serviceIsGone() const
{
    return is(G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) || is(G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
        || is(G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) || is(G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED)
        || is(G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED) || is(G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED)
        || is(G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_FAILED) || is(G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT)
        || is(G_IO_ERROR, G_IO_ERROR_CLOSED) || is(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)
        || is(G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

std::unexpected<Error> Failure::asError() const
{
    if (!m_error) {
        return refused("no reason given");
    }
    if (is(SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        return locked();
    }
    return serviceIsGone() ? missing() : refused(m_error->message);
}

Owned<GHashTable> attributes(std::string_view name)
{
    Owned<GHashTable> table(g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free));
    g_hash_table_insert(table.get(), g_strdup(kNameAttribute), g_strndup(name.data(), name.size()));
    return table;
}

Owned<SecretValue> secretValue(const crypto::SecretBytes& secret)
{
    return Owned<SecretValue>(secret_value_new(secret.view().data(), static_cast<gssize>(secret.size()), kContentType));
}

// nullptr without a failure: there is no default collection.
Owned<SecretCollection> defaultCollection(SecretService* service, Failure& failure)
{
    return Owned<SecretCollection>(secret_collection_for_alias_sync(
        service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, nullptr, failure.slot()));
}

class SecretServiceKeychain final : public Keychain {
public:
    explicit SecretServiceKeychain(Owned<SecretService> service) : m_service(std::move(service)) { }

    [[nodiscard]] Backend backend() const override { return Backend::SecretService; }
    [[nodiscard]] Result<std::optional<crypto::SecretBytes>> read(std::string_view name) override;
    [[nodiscard]] Result<void> write(std::string_view name, const crypto::SecretBytes& secret) override;

private:
    [[nodiscard]] Result<Owned<SecretItem>> find(std::string_view name) const;
    [[nodiscard]] Result<void> create(std::string_view name, const crypto::SecretBytes& secret) const;

    Owned<SecretService> m_service;
};

// nullptr: the default collection is open (or there is none), and no collection has such an item.
Result<Owned<SecretItem>> SecretServiceKeychain::find(std::string_view name) const
{
    if (!runsOnSessionBus(serviceName())) {
        return missing();
    }
    Failure failure;
    GList* found = secret_service_search_sync(
        m_service.get(), &kSchema, attributes(name).get(), SECRET_SEARCH_ALL, nullptr, failure.slot());
    std::vector<Owned<SecretItem>> items;
    for (GList* at = found; at; at = at->next) {
        items.emplace_back(static_cast<SecretItem*>(at->data));
    }
    g_list_free(found);
    if (failure.happened()) {
        return failure.asError();
    }
    if (items.size() > 1) {
        return refused(std::format(
            "it has {} entries of Countersign called “{}”; remove the copies that you or a restored backup added",
            items.size(), name));
    }
    if (items.size() == 1) {
        return secret_item_get_locked(items.front().get()) ? Result<Owned<SecretItem>>(locked())
                                                           : std::move(items.front());
    }
    const auto collection = defaultCollection(m_service.get(), failure); // a locked one may hide its items
    if (failure.happened()) {
        return failure.asError();
    }
    if (collection && secret_collection_get_locked(collection.get())) {
        return locked();
    }
    return nullptr;
}

Result<std::optional<crypto::SecretBytes>> SecretServiceKeychain::read(std::string_view name)
{
    if (auto usable = checkEntry(name, 0); !usable) {
        return std::unexpected(std::move(usable).error());
    }
    const auto item = find(name);
    if (!item) {
        return std::unexpected(item.error());
    }
    if (!*item) {
        return std::nullopt;
    }
    Failure failure;
    if (!secret_item_load_secret_sync(item->get(), nullptr, failure.slot())) {
        return failure.asError();
    }
    const Owned<SecretValue> value(secret_item_get_secret(item->get()));
    if (!value) {
        return locked();
    }
    gsize size = 0;
    const char* bytes = secret_value_get(value.get(), &size);
    if (auto usable = checkEntry(name, size); !usable) {
        return std::unexpected(std::move(usable).error());
    }
    return crypto::SecretBytes(std::string_view(bytes, size));
}

Result<void> SecretServiceKeychain::create(std::string_view name, const crypto::SecretBytes& secret) const
{
    Failure failure;
    auto collection = defaultCollection(m_service.get(), failure);
    if (!collection && !failure.happened()) {
        // A desktop that never had a keyring: the person is asked for the new one's password.
        collection.reset(secret_collection_create_sync(m_service.get(), "Default keyring", SECRET_COLLECTION_DEFAULT,
            SECRET_COLLECTION_CREATE_NONE, nullptr, failure.slot()));
        if (!collection && !failure.happened()) {
            return dismissed();
        }
    }
    if (failure.happened()) {
        return failure.asError();
    }
    const Owned<SecretItem> item(secret_item_create_sync(collection.get(), &kSchema, attributes(name).get(),
        std::format("Countersign: {}", name).c_str(), secretValue(secret).get(), SECRET_ITEM_CREATE_REPLACE, nullptr,
        failure.slot()));
    return item ? Result<void>() : failure.asError();
}

Result<void> SecretServiceKeychain::write(std::string_view name, const crypto::SecretBytes& secret)
{
    if (auto usable = checkEntry(name, secret.size()); !usable) {
        return usable;
    }
    const auto item = find(name);
    if (!item) {
        return std::unexpected(item.error());
    }
    if (*item) {
        Failure failure;
        if (!secret_item_set_secret_sync(item->get(), secretValue(secret).get(), nullptr, failure.slot())) {
            return failure.asError();
        }
    } else if (auto created = create(name, secret); !created) {
        return created;
    }
    const auto stored = read(name);
    if (!stored) {
        return std::unexpected(stored.error());
    }
    if (!*stored || !crypto::equalInConstantTime((*stored)->view(), secret.view())) {
        return refused("what Countersign stored reads back different");
    }
    return {};
}

Result<void> unlockDefault(SecretService* service)
{
    Failure failure;
    const auto collection = defaultCollection(service, failure);
    if (failure.happened()) {
        return failure.asError();
    }
    if (!collection || !secret_collection_get_locked(collection.get())) {
        return {};
    }
    GList objects{collection.get(), nullptr, nullptr};
    GList* unlocked = nullptr;
    const auto count = secret_service_unlock_sync(service, &objects, nullptr, &unlocked, failure.slot());
    g_list_free_full(unlocked, g_object_unref);
    if (failure.happened()) {
        return failure.asError();
    }
    return count > 0 ? Result<void>() : dismissed();
}

} // namespace

bool secretServiceAnswers()
{
    return answersOnSessionBus(serviceName());
}

Result<std::unique_ptr<Keychain>> openSecretService()
{
    if (!secretServiceAnswers()) {
        return missing();
    }
    Failure failure;
    const Owned<GDBusConnection> bus(g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, failure.slot()));
    if (!bus) {
        return failure.asError();
    }
    g_dbus_connection_set_exit_on_close(bus.get(), FALSE); // by default GLib ends the program when the bus goes away
    // An instance of our own, not libsecret's shared one, which would keep a session with a keyring that was restarted.
    Owned<SecretService> service(
        secret_service_open_sync(SECRET_TYPE_SERVICE, nullptr, SECRET_SERVICE_OPEN_SESSION, nullptr, failure.slot()));
    if (!service) {
        return failure.asError();
    }
    if (auto unlocked = unlockDefault(service.get()); !unlocked) {
        return std::unexpected(std::move(unlocked).error());
    }
    return std::make_unique<SecretServiceKeychain>(std::move(service));
}

} // namespace countersign::keychain
