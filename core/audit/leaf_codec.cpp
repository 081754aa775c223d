// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/leaf_codec.h"

#include "core/base/try.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_dictionary.h"

#include <zstd.h>

#include <memory>
#include <new>

namespace countersign::audit {

namespace {

constexpr std::string_view kMagic = "\x28\xB5\x2F\xFD"; ///< RFC 8878 section 3.1.1, the same in every frame
constexpr char kPlainStart = '{';
constexpr int kLevel = 1; ///< beyond it, 3 % fewer bytes take three times the time

struct Free {
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
template <typename T> using Owned = std::unique_ptr<T, Free>;

/// As `new` does where there is no memory.
template <typename T> Owned<T> made(T* object)
{
    if (object == nullptr)
        throw std::bad_alloc();
    return Owned<T>(object);
}

/// The context keeps its working memory, which takes longer to make than a leaf to pack.
ZSTD_CCtx* packer()
{
    static const auto dictionary = [] {
        const std::string bytes = leafDictionary();
        return made(ZSTD_createCDict(bytes.data(), bytes.size(), kLevel));
    }();
    thread_local const auto context = [] {
        auto fresh = made(ZSTD_createCCtx());
        // Its number stands in a byte of our own, and what a checksum would do the leaf's hash does.
        ZSTD_CCtx_setParameter(fresh.get(), ZSTD_c_dictIDFlag, 0);
        ZSTD_CCtx_refCDict(fresh.get(), dictionary.get());
        return fresh;
    }();
    return context.get();
}

ZSTD_DCtx* unpacker()
{
    static const auto dictionary = [] {
        const std::string bytes = leafDictionary();
        return made(ZSTD_createDDict(bytes.data(), bytes.size()));
    }();
    thread_local const auto context = [] {
        auto fresh = made(ZSTD_createDCtx());
        ZSTD_DCtx_refDDict(fresh.get(), dictionary.get());
        return fresh;
    }();
    return context.get();
}

std::unexpected<Error> corrupt(const char* how)
{
    return fail(ErrorCode::StorageCorrupt, std::string("An entry of the log can't be unpacked: ") + how + ".");
}

Result<std::string> unpackFrame(std::string_view frame)
{
    // One frame that says how long the leaf is, and nothing after it.
    const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxLeafBytes)
        return corrupt("it is too long or doesn't say how long it is");
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
        return corrupt("something follows it or is missing at its end");
    std::string leaf(size, '\0');
    if (ZSTD_decompressDCtx(unpacker(), leaf.data(), leaf.size(), frame.data(), frame.size()) != size)
        return corrupt("its packing is damaged");
    return leaf;
}

} // namespace

std::string packLeaf(std::string_view leaf)
{
    std::string frame(ZSTD_compressBound(leaf.size()), '\0');
    const std::size_t size = ZSTD_compress2(packer(), frame.data(), frame.size(), leaf.data(), leaf.size());
    if (ZSTD_isError(size) != 0 || size >= leaf.size())
        return std::string(leaf);
    frame.resize(size);
    // The dictionary's number takes the place of the magic number.
    return frame.replace(0, kMagic.size(), 1, kLeafDictionaryNumber);
}

Result<std::string> unpackLeaf(std::string_view stored)
{
    if (stored.starts_with(kPlainStart))
        return std::string(stored);
    if (!stored.starts_with(kLeafDictionaryNumber))
        return corrupt("its form is not known");
    return unpackFrame(std::string(kMagic).append(stored.substr(1)));
}

Result<json::Object> unpackClaims(std::string_view stored)
{
    return json::parseObject(TRY(unpackLeaf(stored)));
}

} // namespace countersign::audit
