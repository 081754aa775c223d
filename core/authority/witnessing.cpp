// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/witnessing.h"

#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/signed_note.h"

#include <mutex>
#include <optional>

namespace countersign::authority {

namespace {
constexpr std::chrono::seconds kWitnessLimit{10};
constexpr std::chrono::minutes kTryAgainAfter{5};
constexpr int kOk = 200;
constexpr int kConflict = 409;
constexpr int kNoConsistency = 422;

std::string nameOf(const audit::Witness& witness)
{
    const auto key = crypto::parseNoteVerifierKey(witness.key);
    return key ? key->name : witness.url;
}
} // namespace

/// One checkpoint at a time: read on the pool, sent, verified, kept. Any thread; whatever is under way holds it.
struct Witnessing::Data : std::enable_shared_from_this<Data> {
    Data(Authority& used, audit::Witness who, outbound::Reach where)
        : authority(used), witness(std::move(who)), reach(where)
    {
    }

    void begin()
    {
        const std::scoped_lock lock(mutex);
        (busy ? again : busy) = true;
        if (!again)
            offer(std::nullopt);
    }

    void end()
    {
        const std::scoped_lock lock(mutex);
        busy = std::exchange(again, false);
        if (busy)
            offer(std::nullopt);
    }

    /// `known`: what the witness says it has seen; nullopt: what it cosigned here last.
    void offer(std::optional<std::uint64_t> known)
    {
        authority.read([self = shared_from_this(), known](Result<store::Database*> database) {
            const auto done = database ? self->prepare(**database, known) : std::unexpected(database.error());
            if (!done)
                self->failed(done.error());
        });
    }

    Result<void> prepare(store::Database& database, std::optional<std::uint64_t> known)
    {
        const auto checkpoint = TRY(audit::lastCheckpoint(database));
        const std::uint64_t cosigned = TRY(audit::cosignedSize(database, witness));
        if (!checkpoint || (!known && cosigned == checkpoint->size)) {
            end();
            return {};
        }
        if (known && *known > checkpoint->size)
            contradicted();
        outbound::Request request{.url = witness.url + "/add-checkpoint",
            .body = TRY(audit::addCheckpointRequest(database, known.value_or(cosigned), *checkpoint)),
            .contentType = "text/plain; charset=utf-8",
            .reach = reach,
            .limit = kWitnessLimit};
        const auto turn = known ? Turn::Second : Turn::First;
        send(std::move(request), [self = shared_from_this(), checkpoint = *checkpoint, turn](auto answer) {
            if (const auto done = self->take(answer, checkpoint, turn); !done)
                self->failed(done.error());
        });
        return {};
    }

    enum class Turn : std::uint8_t { First, Second };

    Result<void> take(const Result<outbound::Answer>& answer, const audit::Checkpoint& checkpoint, Turn turn)
    {
        TRY(answer);
        if (answer->status == kConflict && turn == Turn::First) {
            offer(TRY(audit::sizeInConflict(answer->contentType, answer->body)));
            return {};
        }
        if (answer->status == kConflict || answer->status == kNoConsistency)
            contradicted();
        if (answer->status != kOk)
            return fail(
                ErrorCode::TemporarilyUnavailable, "The witness answered " + std::to_string(answer->status) + ".");
        keep(checkpoint.size, TRY(audit::cosignatureIn(answer->body, checkpoint, witness)));
        return {};
    }

    void keep(std::uint64_t size, std::string line)
    {
        auto work = [size, line = std::move(line), key = witness.key](Context& context) -> Result<void> {
            const auto known = TRY(crypto::parseNoteVerifierKey(key));
            context.troubles.erase(Trouble::WitnessContradicts);
            context.witness = WitnessState{known.name, {}, context.now()};
            return audit::keepCosignature(context.database, size, key, line);
        };
        authority.submit(Authority::Work<void>(std::move(work)),
            [self = shared_from_this()](const Result<void>& kept) { kept ? self->end() : self->failed(kept.error()); });
    }

    /// The witness has cosigned what is not in this log.
    void contradicted()
    {
        authority.submit(Authority::Work<void>([](Context& context) -> Result<void> {
            context.troubles[Trouble::WitnessContradicts] = troubleText(Trouble::WitnessContradicts);
            return {};
        }),
            Reply<void>([](const Result<void>&) {}));
    }

    void failed(const Error& error)
    {
        if (error.code == ErrorCode::Cancelled)
            return;
        qWarning("The witness has not cosigned the log: %s", error.message.c_str());
        tell([problem = error.message](WitnessState& state) { state.problem = problem; });
        const std::scoped_lock lock(mutex);
        busy = again = false;
        if (outbound)
            outbound->after(kTryAgainAfter, [self = shared_from_this()] { self->begin(); });
    }

    /// Changes what the status says of the witness.
    void tell(std::move_only_function<void(WitnessState&)> change)
    {
        authority.submit(Authority::Work<void>([self = shared_from_this(), change = std::move(change)](
                                                   Context& context) mutable -> Result<void> {
            if (!context.witness)
                context.witness = WitnessState{nameOf(self->witness), {}, std::nullopt};
            change(*context.witness);
            return {};
        }),
            Reply<void>([](const Result<void>&) {}));
    }

    void send(outbound::Request request, outbound::Outbound::Done done)
    {
        const std::scoped_lock lock(mutex);
        if (outbound)
            outbound->send(std::move(request), std::move(done));
    }

    Authority& authority;
    const audit::Witness witness;
    const outbound::Reach reach;
    std::mutex mutex; ///< of what follows
    std::unique_ptr<outbound::Outbound> outbound = std::make_unique<outbound::Outbound>(); ///< gone: it is the end
    bool busy = false;
    bool again = false; ///< there is a newer checkpoint than the one under way
};

Witnessing::Witnessing(Authority& authority, audit::Witness witness, outbound::Reach reach)
    : d(std::make_shared<Data>(authority, std::move(witness), reach))
{
    d->tell([](WitnessState&) { });
    authority.setCheckpointListener([data = d] { data->begin(); });
    d->begin();
}

Witnessing::~Witnessing()
{
    d->authority.setCheckpointListener({});
    std::unique_ptr<outbound::Outbound> last;
    {
        const std::scoped_lock lock(d->mutex);
        last = std::move(d->outbound);
    }
}

void Witnessing::tellUnusable(Authority& authority, std::string url, const Error& why)
{
    auto work = [state = WitnessState{std::move(url), why.message, std::nullopt}](Context& context) -> Result<void> {
        context.witness = state;
        return {};
    };
    authority.submit(Authority::Work<void>(std::move(work)), Reply<void>([](const Result<void>&) { }));
}

} // namespace countersign::authority
