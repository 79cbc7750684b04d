#ifndef QUIESCE_DAEMON_BASE_LIMITS_H_
#define QUIESCE_DAEMON_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Every number that limits something, with its reason. Nothing else in the code repeats one.
namespace quiesce::limits {

// --- identifiers -----------------------------------------------------------------------------
// The cloud documents 32 to 64 for project and instance ids.
inline constexpr size_t kMinIdLength = 32;
inline constexpr size_t kMaxIdLength = 64;
// Of the ids that quiesced makes: enough digits to be unique among a million.
inline constexpr size_t kMinShortIdLength = 8;
// The whole of one: 128 bits in hex digits, so that nobody has to ask whether it is taken.
inline constexpr size_t kMadeIdLength = 32;
// Of a cloud id that is cut: shorter beginnings match by chance.
inline constexpr size_t kMinIdPrefixLength = 6;
// Of an etag that is sent; those that we give are shorter.
inline constexpr size_t kMaxEtagBytes = 64;
// Names that people choose: long enough for any team, short enough for one table column.
inline constexpr size_t kMaxWorkspaceLength = 63;
inline constexpr size_t kMaxOwnerLength = 128;
inline constexpr size_t kMaxReasonLength = 512;
inline constexpr size_t kMaxRequestIdLength = 64;
inline constexpr size_t kMaxCloudNameLength = 256;
inline constexpr size_t kMaxLabels = 64;
inline constexpr size_t kMaxLabelLength = 63;

// --- requests --------------------------------------------------------------------------------
// Google AIP-231 caps a batch at 1000; one atomic batch is one commit group.
inline constexpr size_t kMaxBatchSpecs = 1000;
inline constexpr size_t kMaxPageSize = 1000;
inline constexpr size_t kDefaultPageSize = 100;
// The set of one streamed plan. Above it a workspace should be split.
inline constexpr size_t kMaxPlanSpecs = 1000000;
// 1000 specs of the largest legal size fit; larger messages are refused by gRPC itself.
inline constexpr int kMaxMessageBytes = 4 * 1024 * 1024;
// A field occurs once in a filter, and no method has more fields than this.
inline constexpr size_t kMaxFilterTerms = 16;
// So many terms of the longest values that any field can have.
inline constexpr size_t kMaxFilterBytes = 8192;
// A page token holds a few names; anything longer was not made here.
inline constexpr size_t kMaxPageTokenBytes = 1024;
// Fields of one request that are told to be wrong. More are not read by anybody, and are counted.
inline constexpr size_t kMaxViolations = 20;
// Aliases that an error lists to choose from, and instances that a summary names for a reason.
inline constexpr size_t kMaxNamedAliases = 8;
inline constexpr size_t kMaxReasonExamples = 3;
// A gRPC status above about 8 KiB arrives as RESOURCE_EXHAUSTED instead of itself.
// It carries the message twice, once in base64, and the detail in base64.
inline constexpr size_t kMaxErrorMessageBytes = 1024;
inline constexpr size_t kMaxErrorDetailBytes = 3 * 1024;
// All of it as it is sent; 7,000 bytes were seen to arrive and 9,000 not to.
inline constexpr size_t kMaxErrorHeaderBytes = 7000;
// A message is not cut below this for the sake of the headers: it is what people read.
inline constexpr size_t kMinErrorMessageBytes = 128;
// How soon a repeat is worth it when nothing tells more.
inline constexpr absl::Duration kRetryDelay = absl::Seconds(1);
// Horizon of request_id: a retry after it is a new request.
inline constexpr absl::Duration kRequestIdHorizon = absl::Hours(24);
inline constexpr int64_t kMaxRememberedRequests = 1000000;
// A plan is a statement about the present; a day later it is folklore.
inline constexpr absl::Duration kPlanLifetime = absl::Hours(24);
// A hold that outlives a quarter is a policy; it belongs in the manifest.
inline constexpr absl::Duration kMaxHold = absl::Hours(24 * 92);
// A shorter hold would end before anybody has read its id.
inline constexpr absl::Duration kMinHold = absl::Seconds(1);
inline constexpr absl::Duration kMaxStartGrace = absl::Hours(24 * 7);
// Long polls end below the idle time-outs that proxies commonly set.
inline constexpr absl::Duration kMaxWait = absl::Minutes(10);
inline constexpr size_t kMaxWatchers = 1000;
// Changes that a watcher may have waiting before it is told to resync.
inline constexpr size_t kMaxWatchBacklog = 10000;
// What a watch sends at a time before it looks again at what is newest.
inline constexpr size_t kWatchBatchRows = 128;
// Instances of which a watch remembers that it sent them, to tell what left its filter.
inline constexpr size_t kMaxWatchMemory = 10000;
// An idle stream shows that it is alive, and its reader a revision to resume from.
inline constexpr absl::Duration kWatchBookmarkInterval = absl::Seconds(30);
// A stream that is ended while its reader takes nothing is cut after this.
inline constexpr absl::Duration kWatchCutDelay = absl::Seconds(1);
inline constexpr size_t kMaxWaits = 2000;
// How long a long poll waits when it does not say; and how long before its own deadline it ends,
// so that NOT_YET arrives instead of DEADLINE_EXCEEDED.
inline constexpr absl::Duration kDefaultWait = absl::Seconds(30);
inline constexpr absl::Duration kWaitMargin = absl::Milliseconds(200);
// No call takes longer, whatever its client's deadline, but streams.
inline constexpr absl::Duration kMaxCallDuration = absl::Minutes(11);
inline constexpr int64_t kMaxCallsInFlight = 8000;
// A set of a million specs takes some 300 MB until it is planned.
inline constexpr int kMaxPlanStreams = 4;
// Instances made into messages in one turn of the loop: about a millisecond.
inline constexpr size_t kConvertRows = 200;
// Threads of gRPC's own services (reflection), which know no other way. Ours need none.
inline constexpr int kMaxLibraryThreads = 16;
// Headers of a request.
inline constexpr int kMaxMetadataBytes = 16 * 1024;
// Calls of one connection at a time; more wait in the client (and HTTP/2 rapid reset is bounded).
inline constexpr int kMaxStreamsPerConnection = 100;
inline constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);
// A peer that vanished is noticed within a minute; a client may not ping more often than that.
inline constexpr absl::Duration kKeepaliveTime = absl::Seconds(30);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
inline constexpr absl::Duration kMinPingInterval = absl::Seconds(10);

// --- calls -----------------------------------------------------------------------------------
// More stops of one instance within an hour are a loop, not a plan (I5 in daemon/ARCHITECTURE.md).
inline constexpr size_t kMaxCallsPerInstanceHour = 12;
inline constexpr absl::Duration kCallBudgetWindow = absl::Hours(1);
// An intent not handed to a connection by then is finished NOT_SENT: its gates are too old.
inline constexpr absl::Duration kMaxHandOverDelay = absl::Milliseconds(500);
// Pause of a credential after a 429 without Retry-After. The gateway's windows seen in the wild
// are one second, one minute and five minutes.
inline constexpr absl::Duration kDefaultThrottlePause = absl::Seconds(60);
inline constexpr absl::Duration kMaxThrottlePause = absl::Hours(1);
// A refresh by hand waits so long for its turn within a quota, and is refused beyond.
inline constexpr absl::Duration kMaxRefreshDelay = absl::Seconds(10);
// Calls that wait longer for their turn say so.
inline constexpr absl::Duration kQuotaWaitShown = absl::Seconds(5);
// Lists at rest are up to this part later than their interval.
inline constexpr double kListJitter = 0.1;
// A list for a stop waits until the stop can follow so soon, or within half of look_max_age: the
// age of a list counts from its start.
inline constexpr absl::Duration kMaxListLead = absl::Seconds(5);
// However small the quota is, a project is listed so often.
inline constexpr absl::Duration kMaxListInterval = absl::Hours(1);
inline constexpr int kDefaultMaxInFlight = 16;
inline constexpr int kMaxMaxInFlight = 256;
// The largest list read from the cloud: 1,000 instances are about 2 MB, 100,000 about 200 MB. Lists
// are read piece by piece, so this bounds the time that a hostile peer takes, not the memory.
inline constexpr size_t kMaxListResponseBytes = 512 * 1024 * 1024;
// What a list may hold, which is what bounds the memory: as much above the 100,000 instances, and
// above the two nodes that each may have, as the bytes are. An empty node is 3 bytes of text and
// some 100 in memory; with the longest names everywhere, all this is less than 400 MB.
inline constexpr size_t kMaxListInstances = 250000;
inline constexpr size_t kMaxListNodes = 500000;
// One instance in a list, which has some 2 KB with two nodes; and all that is not in an instance:
// a few bytes for each of 100,000 instances, and room for fields to come.
inline constexpr size_t kMaxListEntryBytes = 256 * 1024;
inline constexpr size_t kMaxListFrameBytes = 2 * 1024 * 1024;
inline constexpr size_t kMaxStopResponseBytes = 64 * 1024;
// A token, a password or a key pair; tokens with a catalog inside are the longest.
inline constexpr size_t kMaxSecretFileBytes = 64 * 1024;
// An answer that is not a list of instances: a page of a proxy, an error with its details.
inline constexpr size_t kMaxErrorResponseBytes = 64 * 1024;
// What the cloud says about an error, as shown and stored with every attempt and failed list.
inline constexpr size_t kMaxCloudMessageBytes = 300;
inline constexpr size_t kMaxCloudCodeBytes = 64;
// A raw status, task or node name: the longest known has 17 characters.
inline constexpr size_t kMaxCloudStatusBytes = 64;
// Raw states and regions of a list that are told to people; what has more is not understood anyway.
inline constexpr size_t kMaxRawStates = 64;
inline constexpr size_t kMaxRegions = 16;
// An instance has one node, or two when highly available.
inline constexpr size_t kMaxNodesPerInstance = 64;
// The documented answer is seven levels deep; parsers must not be led into a swamp.
inline constexpr int kMaxJsonDepth = 32;
// Connect, and each step of a TLS handshake: a deadline of ten seconds leaves time for the answer.
inline constexpr absl::Duration kConnectTimeout = absl::Seconds(3);
// Gateways close idle connections after 60 s or later; a request that meets the closing one is
// lost.
inline constexpr absl::Duration kMaxConnectionIdle = absl::Seconds(25);
// Lists take seconds where stops take milliseconds: at most one connection in so many lists.
inline constexpr int kConnectionsPerList = 4;
// Lists that wait for a connection of one credential to one endpoint; the engine asks once per
// project at a time.
inline constexpr size_t kMaxQueuedLists = 4096;

// --- credentials -----------------------------------------------------------------------------
// Five wrong signatures in a row lock an access key for five minutes at the gateway. Of one secret
// two are sent; of all that its source may hold within such a time, one less than lock it.
inline constexpr int kMaxWrongSignatures = 2;
// Requests under way that are signed with one key: when it is replaced at the cloud, each of them
// may be refused before the first refusal is known. One less than lock it.
inline constexpr int kMaxSignedInFlight = 4;
inline constexpr size_t kMaxWrongSignaturesInWindow = 4;
inline constexpr absl::Duration kSignatureWindow = absl::Minutes(5);
// A secret that was rejected is tried again so often: a clock that was wrong, or a right that was
// given meanwhile, heals by itself, and no account is locked.
inline constexpr absl::Duration kRejectedProbe = absl::Minutes(10);
// The share of its life after which a token is renewed: tokens of 24 hours leave hours to do so,
// and those that were fetched together are not renewed together.
inline constexpr double kRenewTokenFrom = 0.8;
inline constexpr double kRenewTokenUntil = 0.9;
// A token that is refused sooner than this after its fetch is not replaced at once.
inline constexpr absl::Duration kMinTokenUse = absl::Minutes(1);
// Tokens of one project are fetched so far apart, whatever life IAM gives them: theirs is 24 hours,
// and one that is over at once must not have IAM asked as fast as it answers.
inline constexpr absl::Duration kMinTokenFetchGap = absl::Seconds(10);
// IAM answers within a second; a stop does not wait that long for it anyway.
inline constexpr absl::Duration kTokenRequestDeadline = absl::Seconds(10);
// The body beside a token lists the roles of its user, some hundred of 60 bytes.
inline constexpr size_t kMaxTokenAnswerBytes = 1024 * 1024;
// What the cloud said of a secret, within a longer sentence.
inline constexpr size_t kMaxRefusalBytes = 120;
// Secrets of a credential that are kept out of texts: more are not under way at a time.
inline constexpr size_t kMaxPastSecrets = 64;

// --- quotas ------------------------------------------------------------------------------------
// People and other tools use the same quota; what a configuration may leave to them at most.
inline constexpr double kDefaultQuotaReserve = 0.10;
inline constexpr int kMaxQuotaReservePercent = 90;
// What a reserve leaves to us at least: a list, and the stop that is of no use long after it.
inline constexpr int64_t kLeastQuotaCalls = 2;
// Larger limits follow from no text of a gateway that makes sense; windows seen are minutes.
inline constexpr int64_t kMaxQuotaCalls = 1000000;
inline constexpr absl::Duration kMaxQuotaPeriod = absl::Hours(24);
// How long a limit that the gateway named is believed: one that was raised is found within a day.
inline constexpr absl::Duration kQuotaMemory = absl::Hours(24);
// Limits of one gateway in force at a time; it has two policies, and names a few periods.
inline constexpr size_t kMaxQuotaWindows = 8;
// Ends of calls that are remembered; the newer half is exact. Before it one end stands for at most
// this part of the calls after it, with which the calls of a day fit.
inline constexpr size_t kMaxAccountEntries = 4096;
inline constexpr int64_t kAccountPart = 128;
// Calls at a time before anything is known: so many are refused together with the first.
inline constexpr int kFirstInFlight = 4;
// Rounds of answers before one more call at a time: the tightest limit seen, 5 a second, is met
// before the first step, and a fleet without limits has its connections busy within seconds.
inline constexpr int kRoundsPerStep = 2;
// Lists that stops need, while others have what they need and wait: both get on.
inline constexpr double kNeededListShare = 0.50;
// Lists that nobody waits for, while stops wait for the quota and while none does.
inline constexpr double kBusyIdleListShare = 0.02;
inline constexpr double kIdleListShare = 0.20;
// A quota that others use as well: the first pause is this part of its period and at least a
// second; pauses that help nobody double up to the period, or a minute where that is longer.
inline constexpr int kSharedPausePart = 16;
inline constexpr absl::Duration kMinSharedPause = absl::Seconds(1);
// How soon it is asked for more than what others left: after its period, and not before this.
inline constexpr absl::Duration kMinShareProbe = absl::Seconds(30);
// Pauses after a 429 that says nothing double up to the longest window seen in the wild.
inline constexpr absl::Duration kMaxUnsaidPause = absl::Minutes(5);
// Calls are so far apart after the first such 429, and never further: 3,000 an hour are 1.2 s.
inline constexpr absl::Duration kFirstCallGap = absl::Milliseconds(100);
inline constexpr absl::Duration kMaxCallGap = absl::Seconds(10);
// Each answer makes the gap smaller by this part: half of it is gone after 88.
inline constexpr int kCallGapPart = 128;

// --- dead endpoints ----------------------------------------------------------------------------
// One lost connection is nothing; so many in a row are no accident, and cost no instance a retry.
inline constexpr int kCircuitFailures = 5;
// A restart of a proxy takes seconds; an outage of hours is noticed to be over within this.
inline constexpr absl::Duration kCircuitProbeMin = absl::Seconds(1);
inline constexpr absl::Duration kCircuitProbeMax = absl::Seconds(30);

// --- decisions -------------------------------------------------------------------------------
inline constexpr absl::Duration kDefaultStartGrace = absl::Minutes(15);
// The vendor's own tools give a stop ten minutes.
inline constexpr absl::Duration kStoppingStuckAfter = absl::Minutes(15);
inline constexpr absl::Duration kBusyStuckAfter = absl::Minutes(30);
inline constexpr int kFailuresUntilStalled = 5;
inline constexpr int kPartialCallsUntilStalled = 3;
inline constexpr int kUnobservedCallsUntilStalled = 5;
// One list without an instance may be a hiccup of the cloud; three in a row are a fact.
inline constexpr int kListsUntilAbsent = 3;
// A list that loses more than this share of the tracked instances is suspected, not believed.
inline constexpr double kSuspectLossShare = 0.20;
inline constexpr int kFreshnessIntervals = 3;
inline constexpr int kStaleBoundsUntilStalled = 3;
// A task cannot be taken back, and the end of a hold moves with each correction of the wall clock:
// none is set for later than this, and one that comes too early sets the next.
inline constexpr absl::Duration kMaxTimerDelay = absl::Hours(1);
inline constexpr absl::Duration kBackoffBase = absl::Seconds(1);
inline constexpr absl::Duration kBackoffMax = absl::Minutes(5);
// Retries of what a human must mend: often enough to heal by itself, rare enough to be quiet.
inline constexpr absl::Duration kSlowRetry = absl::Minutes(10);

// --- store -----------------------------------------------------------------------------------
inline constexpr size_t kMaxGroupOperations = 256;
inline constexpr absl::Duration kMaxGroupWork = absl::Milliseconds(20);
// Rows of one Observe operation, and of one slice of loop work: about a millisecond.
inline constexpr size_t kSliceRows = 1000;
// Items of a run applied, or taken back, in one operation: a few milliseconds of the writer.
inline constexpr size_t kApplySliceRows = 200;
// Operations waiting for the writer; beyond it a caller is told to come back.
inline constexpr size_t kMaxQueuedOperations = 16384;
// A released instance can still be watched away this long; older tokens must resync.
inline constexpr absl::Duration kTombstoneLifetime = absl::Hours(24);
// What has ended is kept this long for whoever asks what became of it.
inline constexpr absl::Duration kEndedHoldLifetime = absl::Hours(24);
inline constexpr absl::Duration kExpiredPlanLifetime = absl::Hours(24);
inline constexpr absl::Duration kEndedRunLifetime = absl::Hours(24 * 7);

inline constexpr absl::Duration kPruneInterval = absl::Minutes(10);

// --- files that people write -------------------------------------------------------------------
// Names of the configuration: of the server, of credentials, aliases of projects.
inline constexpr size_t kMaxConfigNameLength = 63;
// A call that takes longer has failed in every way that matters, and a shutdown waits for it.
inline constexpr absl::Duration kMaxCallDeadline = absl::Minutes(1);
// The other times of the configuration.
inline constexpr absl::Duration kMinTiming = absl::Milliseconds(100);
inline constexpr absl::Duration kMaxTiming = absl::Hours(1);
// Manifests and the configuration need four levels; beyond this it is an attack or another file.
inline constexpr int kMaxYamlDepth = 32;
// More are not read by anybody, and the first ones often cause the rest.
inline constexpr size_t kMaxYamlErrors = 20;
inline constexpr size_t kMaxConfigBytes = 1024 * 1024;

// --- log -------------------------------------------------------------------------------------
// One text in a line of the log: a message of the cloud, a path, the text of an error.
inline constexpr size_t kMaxLogValueBytes = 1024;
// A pipe takes so many bytes at once, without a line of another process between them (PIPE_BUF).
inline constexpr size_t kMaxLogLineBytes = 4000;

// --- shutdown --------------------------------------------------------------------------------
inline constexpr absl::Duration kDrainTimeout = absl::Seconds(8);
// RPCs that were told to end and have not.
inline constexpr absl::Duration kServerGrace = absl::Milliseconds(500);
// The process ends itself if it is not done by then, for whatever reason.
inline constexpr absl::Duration kWatchdogTimeout = absl::Milliseconds(9500);
inline constexpr absl::Duration kExitTimeout = absl::Seconds(10);

}  // namespace quiesce::limits

#endif  // QUIESCE_DAEMON_BASE_LIMITS_H_
