# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# What every target of ours is compiled with. Warnings are errors.
add_library(countersign_options INTERFACE)
target_include_directories(countersign_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(countersign_options INTERFACE
    QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH QT_STRICT_ITERATORS
    QT_DISABLE_DEPRECATED_UP_TO=0x060800 BOOST_JSON_NO_LIB BOOST_ALL_NO_LIB
    $<$<CONFIG:Release>:_FORTIFY_SOURCE=3>)
target_compile_options(countersign_options INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
    -Wimplicit-fallthrough -Wformat=2 -fstack-protector-strong)
# GCC 14 sees null where there is none at -O3 (inside its own vector<bool>) and where a sanitizer splits an accessor.
if(NOT CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize")
    target_compile_options(countersign_options INTERFACE $<$<NOT:$<CONFIG:Release>>:-Wnull-dereference>)
endif()

if(COUNTERSIGN_FUZZ) # Clang also counts what TRY, as a statement, leaves unused
    target_compile_options(countersign_options INTERFACE -Wno-unused-result)
endif()

# What most units include, compiled once: once for the rooms (-fPIC) and once for test programs (-fPIE).
# ccache needs to see what goes into it: -fpch-preprocess.
target_compile_options(countersign_options INTERFACE -fpch-preprocess -pthread)
set(countersign_common_headers
    <QtCore/QCoreApplication> <QtCore/QLocale> <QtCore/QObject> <QtCore/QString> <QtCore/QStringList>
    <algorithm> <chrono> <expected> <format> <functional> <map> <memory> <optional> <set> <string> <string_view> <unordered_map> <utility> <vector>
    <boost/json.hpp>)
add_library(countersign_pch OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
target_link_libraries(countersign_pch PRIVATE countersign_options Qt6::Core Boost::headers)
target_precompile_headers(countersign_pch PRIVATE ${countersign_common_headers})
if(COUNTERSIGN_TESTS)
    find_package(Qt6 6.8 REQUIRED COMPONENTS Test)
    add_library(countersign_pch_tests OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
    # Not QtTest's own: what they mean depends on the folder of the test.
    target_link_libraries(countersign_pch_tests PRIVATE countersign_options Qt6::Core Boost::headers)
    target_precompile_headers(countersign_pch_tests PRIVATE ${countersign_common_headers})
    set_target_properties(countersign_pch_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(countersign_pch_tests PRIVATE -fPIE)
endif()

# countersign_room(NAME SOURCES… LINKS…): the library of one folder, named after it.
# What it links says which floors below it uses; packaging/lint/floors holds the includes to the same table.
function(countersign_room name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_library(countersign_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(countersign_${name} PUBLIC countersign_options ${ARG_LINKS})
    if(NOT name STREQUAL "ui") # has Qt's widgets precompiled
        target_precompile_headers(countersign_${name} REUSE_FROM countersign_pch)
    endif()
endfunction()

# countersign_test(NAME [DESKTOP] SOURCES… LINKS… [LABELS…]): a Qt Test program and its ctest entry.
# DESKTOP: the test runs with a display, a session bus and a home of its own (tests/support/desktop-session).
function(countersign_test name)
    cmake_parse_arguments(ARG "DESKTOP" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE countersign_options Qt6::Test ${ARG_LINKS})
    target_precompile_headers(${name} REUSE_FROM countersign_pch_tests)
    target_compile_definitions(${name} PRIVATE COUNTERSIGN_VECTORS_DIR="${COUNTERSIGN_VECTORS_DIR}")
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    if(ARG_DESKTOP)
        add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/desktop-session $<TARGET_FILE:${name}>)
    else()
        add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/plain-session $<TARGET_FILE:${name}>)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 240)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
