// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/authority.h"

#include "core/authority/changes.h"
#include "core/authority/device_keys.h"
#include "core/authority/engine.h"
#include "core/authority/kept_bodies.h"
#include "core/authority/log_checker.h"
#include "core/authority/read_receipts.h"
#include "core/authority/read_story.h"
#include "core/authority/reader_pool.h"
#include "core/authority/timeline_entry.h"
#include "core/authority/timeline_file.h"
#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/mailbox.h"
#include "core/base/try.h"
#include "core/base/worker_pool.h"
#include "core/crypto/jws.h"

#include <QThread>
#include <QTimer>

#include <future>
#include <latch>

namespace countersign::authority {

namespace {
constexpr std::size_t kAnswerThreads = 2; ///< one signs while another waits for its turn
}

struct Authority::Data {
    Data(const AuthorityOptions& options, DeviceKeys deviceKeys)
        : clock(options.clock)
        , folder(options.folder)
        , issuer(options.issuer)
        , logLooks(options.logLooks)
        , person(options.identity.person.thumbprint())
        , sealedPersonKey(options.identity.sealedPersonKey)
        , clockWatch(*options.clock)
        , view(*options.clock, clockWatch, options.issuer, person, options.delegationDepth)
        , keys{audit::originOf(deviceKeys.terms.front().key.thumbprint()), deviceKeys.terms, options.identity.person,
              options.identity.log.publicKey()}
        , devices(std::move(deviceKeys))
        , mailbox(std::make_unique<Mailbox>([this](auto tasks) { drain(std::move(tasks)); }))
    {
        thread.setObjectName(QStringLiteral("authority"));
        mailbox->moveToThread(&thread);
        // finished() is emitted on the thread itself, so what is its own dies where it lived.
        QObject::connect(&thread, &QThread::finished, &thread, [this] { end(); }, Qt::DirectConnection);
        thread.start();
    }

    ~Data()
    {
        if (checker)
            checker->end();
        readers.reset(); // what it was given may still submit
        mailbox->post([this] { thread.quit(); });
        ended.wait();
        thread.wait();
    }

    void submit(Job job)
    {
        mailbox->post([this, job = std::move(job)]() mutable { gathered.push_back(std::move(job)); });
    }

    /// Everything that gathered while the last transaction was on its way commits together.
    void drain(std::vector<Task> tasks)
    {
        for (Task& task : tasks)
            task();
        if (engine && !gathered.empty())
            engine->run(std::exchange(gathered, {}));
    }

    /// Looks now and then, for as long as it runs, whether the log is to be checked, and what is kept for too long.
    void watchLog()
    {
        logCheck = std::make_unique<QTimer>();
        QObject::connect(logCheck.get(), &QTimer::timeout, logCheck.get(), [this] {
            logCheck->start(logLooks.then);
            checker->checkWhenDue();
            forgetBodies();
        });
        logCheck->start(logLooks.first);
        forgetBodies();
    }

    /// In steps, so that nobody waits long; others come in between.
    void forgetBodies()
    {
        const auto removed = std::make_shared<std::int64_t>(0);
        Work<void> work = [removed](Context& context) -> Result<void> {
            *removed = TRY(forgetOldBodies(context));
            return {};
        };
        Reply<void> goOn = [this, removed](const Result<void>& done) {
            if (done && *removed == kBodiesAtOnce)
                forgetBodies();
        };
        submit({std::move(work), std::move(goOn), Job::Urgency::Ordinary, {}});
    }

    void end()
    {
        logCheck.reset();
        if (engine)
            engine->writer().finish();
        engine.reset();
        mailbox.reset();
        ended.count_down();
    }

    const Clock* clock;
    QString folder;
    std::string issuer;
    LogLooks logLooks;
    Thumbprint person;
    std::string sealedPersonKey;
    ClockWatch clockWatch;
    ReadView view;
    LogKeys keys; ///< its devices are those at start
    DeviceRing devices;
    WorkerPool answers{kAnswerThreads}; ///< goes after the thread whose answers it makes
    std::unique_ptr<ReaderPool> readers;
    std::unique_ptr<LogChecker> checker;

    QThread thread;
    std::unique_ptr<Mailbox> mailbox;
    // The authority thread's own
    std::unique_ptr<Engine> engine;
    std::unique_ptr<QTimer> logCheck;
    std::vector<Job> gathered;
    std::latch ended{1};
};

Authority::Authority(std::unique_ptr<Data> data) : d(std::move(data)) { }
Authority::~Authority() = default;

Result<std::unique_ptr<Authority>> Authority::start(AuthorityOptions options)
{
    auto data = std::make_unique<Data>(options, TRY(deviceKeysOf(options.identity)));
    std::promise<Result<void>> started;
    data->mailbox->post([&data = *data, &options, &started] {
        auto writer = Writer::open(std::move(options), data.view, data.clockWatch, data.devices);
        if (writer)
            data.engine = std::make_unique<Engine>(std::move(*writer), *data.clock);
        started.set_value(writer ? Result<void>() : std::unexpected(writer.error()));
    });
    if (auto result = started.get_future().get(); !result)
        return std::unexpected(result.error());
    data->readers = std::make_unique<ReaderPool>(data->folder);
    data->checker =
        std::make_unique<LogChecker>(*data->readers, [data = data.get()](Job job) { data->submit(std::move(job)); });
    data->mailbox->post([data = data.get()] { data->watchLog(); });
    return std::unique_ptr<Authority>(new Authority(std::move(data)));
}

void Authority::submit(Work<void> work, Reply<void> reply)
{
    d->submit({std::move(work), std::move(reply), Job::Urgency::Ordinary, {}});
}

void Authority::submitRevocation(Work<void> work, Reply<void> reply)
{
    d->submit({std::move(work), std::move(reply), Job::Urgency::Revocation, {}});
}

void Authority::submitAlone(Work<void> work, Reply<void> reply)
{
    d->submit({std::move(work), std::move(reply), Job::Urgency::Alone, {}});
}

void Authority::unlockPersonKey(crypto::SecretBytes passphrase, Reply<void> reply)
{
    // Argon2id takes its time on purpose; agents should not wait for it.
    d->readers->post([data = d.get(), passphrase = std::move(passphrase), reply = std::move(reply)](auto&&) mutable {
        auto key = keychain::unsealPersonKey(data->sealedPersonKey, passphrase);
        Work<void> keepKey = [key = std::move(key)](Context& context) -> Result<void> {
            if (!key)
                return std::unexpected(key.error());
            context.personKey = *key;
            context.troubles.erase(Trouble::PersonKeySealed);
            return {};
        };
        data->submit({std::move(keepKey), std::move(reply), Job::Urgency::Ordinary, {}});
    });
}

void Authority::setListener(Listener listener)
{
    d->mailbox->post([data = d.get(), listener = std::move(listener)]() mutable {
        if (data->engine)
            data->engine->writer().setListener(std::move(listener));
    });
}

void Authority::setCheckpointListener(std::function<void()> listener)
{
    d->mailbox->post([data = d.get(), listener = std::move(listener)]() mutable {
        if (data->engine)
            data->engine->setCheckpointListener(std::move(listener));
    });
}

void Authority::setTrustListener(AskTrust listener)
{
    d->mailbox->post([data = d.get(), listener = std::move(listener)]() mutable {
        if (data->engine)
            data->engine->writer().setTrustListener(std::move(listener));
    });
}

void Authority::read(std::move_only_function<void(Result<store::Database*>)> work)
{
    d->readers->post(std::move(work));
}

void Authority::runAside(std::move_only_function<void()> work)
{
    d->readers->post([work = std::move(work)](auto&&) mutable { work(); });
}

void Authority::makeAnswer(std::move_only_function<void()> work)
{
    d->answers.post([work = std::move(work)](auto) mutable { work(); });
}

const Clock& Authority::clock() const
{
    return *d->clock;
}

QString Authority::folder() const
{
    return d->folder;
}

void Authority::readReceipt(std::string id, Reply<ReadReceipt> reply)
{
    if (!d->view.isOpen()) // what is answered is signed by this device
        return reply(fail(ErrorCode::TemporarilyUnavailable, "What is in the database is not relied upon now."));
    answerFromDisk(
        *d->readers, std::move(reply), [id = std::move(id), origin = d->keys.origin](store::Database& database) {
            return authority::readReceipt(database, id, origin);
        });
}

void Authority::readCheckpoint(Reply<std::string> reply)
{
    answerFromDisk(*d->readers, std::move(reply), authority::readCheckpoint);
}

void Authority::readTile(std::string path, Reply<std::string> reply)
{
    answerFromDisk(*d->readers, std::move(reply),
        [path = std::move(path)](store::Database& database) { return authority::readTile(database, path); });
}

void Authority::statusList(std::int64_t number, Reply<std::string> reply)
{
    if (auto kept = d->view.findStatusList(number))
        return reply(*std::move(kept));
    submit(Work<std::string>([number](Context& context) { return authority::statusList(context, number); }),
        std::move(reply));
}

std::optional<RegisteredClient> Authority::findClient(const ClientId& id) const
{
    return d->view.findClient(id);
}

std::optional<Service> Authority::findService(const ServiceId& id, std::string_view secret) const
{
    return d->view.findService(id, secret);
}

std::optional<Introspection> Authority::introspect(std::string_view token) const
{
    return d->view.introspect(token);
}

std::optional<ClientId> Authority::findAgent(std::string_view subject) const
{
    return d->view.findAgent(subject);
}

Result<std::string> Authority::signIntrospection(std::string_view claims) const
{
    return crypto::signJwt("token-introspection+jwt", TRY(json::parseObject(claims)), d->devices.keys()->signing);
}

Result<crypto::SignatureFields> Authority::signAnswer(
    const crypto::HttpMessage& answer, const std::vector<crypto::Component>& components) const
{
    return authority::signAnswer(d->devices.keys()->signing, answer, components, d->clock->now());
}

std::string Authority::issuer() const
{
    return d->issuer;
}

audit::DeviceTerms Authority::deviceKeys() const
{
    return d->devices.keys()->terms;
}

Thumbprint Authority::person() const
{
    return d->person;
}

void Authority::timeline(audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count,
    Reply<std::vector<TimelineEntry>> reply)
{
    answerFromDisk(
        *d->readers, std::move(reply), [filter = std::move(filter), before, count](store::Database& database) {
            return timelineEntries(database, filter, before, count);
        });
}

void Authority::story(std::uint64_t entry, Reply<Story> reply)
{
    const LogKeys keys{d->keys.origin, deviceKeys(), d->keys.person, d->keys.log};
    answerFromDisk(*d->readers, std::move(reply),
        [keys, entry](store::Database& database) { return readStory(database, keys, entry); });
}

void Authority::exportTimeline(TimelineFile file, LongWork work, Reply<std::uint64_t> reply)
{
    answerFromDisk(*d->readers, std::move(reply),
        [file = std::move(file), work = std::move(work), ending = d->checker->ending()](
            store::Database& database) { return writeTimelineFile(database, file, work, ending); });
}

void Authority::checkLog(LongWork work, Reply<std::uint64_t> reply)
{
    d->checker->check(std::move(work), std::move(reply));
}

void Authority::setWeeklyCheckListener(WatchWeeklyCheck listener)
{
    d->checker->setListener(std::move(listener));
}

void Authority::cancelWeeklyCheck()
{
    d->checker->cancelWeekly();
}

} // namespace countersign::authority
