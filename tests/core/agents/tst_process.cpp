// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/process.h"

#include <QCoreApplication>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <functional>

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace countersign::agents {

using namespace std::string_literals;

namespace {

/// A child process that runs until this goes.
class Child {
public:
    explicit Child(const std::function<void()>& run) : m_pid(::fork())
    {
        if (m_pid == 0) {
            run();
            ::_exit(1);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    void end()
    {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        m_pid = 0;
    }
    [[nodiscard]] pid_t pid() const { return m_pid; }

private:
    pid_t m_pid;
};

void sleepAs(const std::string& program)
{
    ::execl(program.c_str(), program.c_str(), "60", nullptr);
}

struct SocketPair {
    SocketPair() { ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()); }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    ~SocketPair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    [[nodiscard]] PeerSocket peer() const
    {
        struct stat status{};
        ::fstat(ends[0], &status);
        return {.uid = ::geteuid(), .pid = std::nullopt, .inode = status.st_ino, .pidStarted = std::nullopt};
    }
    std::array<int, 2> ends{};
};

PeerSocket peerOf(pid_t pid)
{
    return {.uid = ::geteuid(), .pid = pid, .inode = 0, .pidStarted = processStartTime(pid)};
}

} // namespace

class ProcessTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void a_known_pid_gives_the_program_and_its_parents();
    void a_socket_gives_the_program_that_holds_it();
    void a_program_is_known_by_its_real_name_whatever_that_holds();
    void a_removed_executable_is_shown_as_such();
    void a_process_that_ended_is_unknown();
    void a_pid_that_is_another_process_now_is_unknown();
    void a_process_of_another_user_is_unknown();
    void a_socket_that_nobody_holds_is_unknown();
    void of_a_program_and_its_forks_the_first_is_meant();
    void a_socket_that_different_programs_hold_is_unknown();
    void parents_are_bounded();

private:
    std::string m_sleep;
};

void ProcessTest::initTestCase()
{
    m_sleep = QStandardPaths::findExecutable(QStringLiteral("sleep")).toStdString();
    QVERIFY(!m_sleep.empty());
}

void ProcessTest::a_known_pid_gives_the_program_and_its_parents()
{
    const auto evidence = findProcess(peerOf(::getpid()));
    QVERIFY(evidence.chain.size() >= 2);
    QCOMPARE(evidence.chain[0].pid, ::getpid());
    QCOMPARE(evidence.chain[0].executable, QCoreApplication::applicationFilePath().toStdString());
    QCOMPARE(evidence.executable(), evidence.chain[0].executable);
    QCOMPARE(evidence.chain[0].name, "tst_process"s);
    QCOMPARE(evidence.chain[1].pid, ::getppid());
    QVERIFY(evidence.chain.size() <= 1 + kMaxProcessParents);
}

void ProcessTest::a_socket_gives_the_program_that_holds_it()
{
    const SocketPair sockets;
    const auto evidence = findProcess(sockets.peer());
    QVERIFY(!evidence.chain.empty());
    QCOMPARE(evidence.chain[0].pid, ::getpid());
    QVERIFY(evidence == findProcess(peerOf(::getpid())));
}

void ProcessTest::a_program_is_known_by_its_real_name_whatever_that_holds()
{
    QTemporaryDir folder;
    const auto program = folder.path().toStdString() + "/a) 1 (b\n";
    QVERIFY(QFile::copy(QString::fromStdString(m_sleep), QString::fromStdString(program)));
    const Child child([&] { sleepAs(program); });
    QTRY_COMPARE(findProcess(peerOf(child.pid())).executable(), program);
    const auto evidence = findProcess(peerOf(child.pid()));
    QCOMPARE(evidence.chain[0].name, "a) 1 (b\n"s);
    QCOMPARE(evidence.chain[1].pid, ::getpid());
}

void ProcessTest::a_removed_executable_is_shown_as_such()
{
    QTemporaryDir folder;
    const auto program = folder.path().toStdString() + "/gone";
    QVERIFY(QFile::copy(QString::fromStdString(m_sleep), QString::fromStdString(program)));
    const Child child([&] { sleepAs(program); });
    QTRY_COMPARE(findProcess(peerOf(child.pid())).executable(), program);
    QVERIFY(QFile::remove(QString::fromStdString(program)));
    QCOMPARE(findProcess(peerOf(child.pid())).executable(), program + " (deleted)");
}

void ProcessTest::a_process_that_ended_is_unknown()
{
    Child child([&] { sleepAs(m_sleep); });
    const auto peer = peerOf(child.pid());
    QVERIFY(!findProcess(peer).chain.empty());
    child.end();
    QVERIFY(findProcess(peer).chain.empty());
    QVERIFY(!processStartTime(*peer.pid));
}

void ProcessTest::a_pid_that_is_another_process_now_is_unknown()
{
    auto peer = peerOf(::getpid());
    QVERIFY(peer.pidStarted);
    --*peer.pidStarted;
    QVERIFY(findProcess(peer).chain.empty());
}

void ProcessTest::a_process_of_another_user_is_unknown()
{
    auto peer = peerOf(::getpid());
    peer.uid = ::geteuid() + 1;
    QVERIFY(findProcess(peer).chain.empty());
}

void ProcessTest::a_socket_that_nobody_holds_is_unknown()
{
    PeerSocket peer;
    {
        const SocketPair sockets;
        peer = sockets.peer();
    }
    QVERIFY(findProcess(peer).chain.empty());
    QVERIFY(findProcess({}).chain.empty());
}

void ProcessTest::of_a_program_and_its_forks_the_first_is_meant()
{
    const SocketPair sockets;
    const Child fork([] { ::pause(); });
    const auto evidence = findProcess(sockets.peer());
    QVERIFY(!evidence.chain.empty());
    QCOMPARE(evidence.chain[0].pid, ::getpid());
}

void ProcessTest::a_socket_that_different_programs_hold_is_unknown()
{
    const SocketPair sockets; // inherited by what is started
    const Child other([&] { sleepAs(m_sleep); });
    QTRY_VERIFY(findProcess(sockets.peer()).chain.empty());
}

void ProcessTest::parents_are_bounded()
{
    // A chain of processes deeper than what is shown; the last tells its pid and waits.
    std::array<int, 2> told{};
    QVERIFY(::pipe2(told.data(), O_CLOEXEC) == 0);
    const Child first([&] {
        for (std::size_t depth = 0; depth < kMaxProcessParents + 2; ++depth) {
            if (const auto child = ::fork(); child != 0) {
                ::waitpid(child, nullptr, 0);
                ::_exit(0);
            }
        }
        const auto self = ::getpid();
        static_cast<void>(!::write(told[1], &self, sizeof self));
        ::pause();
    });
    pid_t last = 0;
    QVERIFY(::read(told[0], &last, sizeof last) == sizeof last);
    const auto evidence = findProcess(peerOf(last));
    ::kill(last, SIGKILL);
    ::close(told[0]);
    ::close(told[1]);
    QCOMPARE(evidence.chain.size(), 1 + kMaxProcessParents);
    QCOMPARE(evidence.chain[0].pid, last);
}

} // namespace countersign::agents

QTEST_GUILESS_MAIN(countersign::agents::ProcessTest)
#include "tst_process.moc"
