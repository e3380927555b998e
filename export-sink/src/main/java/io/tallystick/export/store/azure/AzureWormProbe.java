// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlobClientBase;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Tries to break an immutability policy. Emulators and some gateways accept its headers and delete all the same, so the
 * probe stores a canary under a short policy and then does what must be refused. It passes only on a clear refusal
 * (status 403 or 409); an answer of another kind is a failure too.
 *
 * <p>The canary, {@code probe/<random>}, stays until its policy ends and can then be removed by the account's owner. A
 * second one, under a legal hold alone, is removed at the end.
 */
public final class AzureWormProbe {
    private static final byte[] CANARY =
            "canary of 'tally doctor store'; may be removed when its lock ends\n".getBytes(UTF_8);
    private static final Set<Integer> REFUSED = Set.of(403, 409);
    private static final String UNTESTED =
            "Deletion was not tested: these credentials may not delete. Repeat the probe with"
                    + " an administrator's, such as the role Storage Blob Data Owner";

    private final BlobContainerClient client;
    private final AzureSettings settings;
    private final boolean holds;
    private final ObjectName name = new ObjectName("probe/" + UUID.randomUUID());
    private final List<ProbeResult> results = new ArrayList<>();

    /** Something that must be refused. */
    private interface Deed {
        void attempt();
    }

    AzureWormProbe(BlobContainerClient client, AzureSettings settings, boolean holds) {
        this.client = client;
        this.settings = settings;
        this.holds = holds;
    }

    /**
     * Probes a container with the configured credentials. They must be allowed to delete blobs and versions, which an
     * exporter's are not: else the result is {@link ProbeResult.Verdict#OPEN}.
     *
     * @param holds whether tenants are under a legal hold, so that evidence rests on the store's holds, too
     * @param lock how long the canary is locked
     * @return what was tried, in order
     * @throws IllegalArgumentException if the settings ask for no lock
     * @throws IOException if the container cannot be reached
     */
    public static List<ProbeResult> run(AzureSettings settings, boolean holds, Duration lock, Instant now)
            throws IOException {
        if (settings.lockMode() == LockMode.NONE) {
            throw new IllegalArgumentException("no lock to probe");
        }
        BlobContainerClient client = AzureClients.open(settings);
        try {
            return new AzureWormProbe(client, settings, holds).run(now.plus(lock), now.plus(lock.dividedBy(2)));
        } catch (RuntimeException e) {
            if (!AzureFault.isOfStore(e)) {
                throw e;
            }
            throw AzureFault.explain("probe", settings, e);
        }
    }

    List<ProbeResult> run(Instant until, Instant earlier) throws IOException {
        Protection protection = new Protection(until, false, "probe");
        if (!store(protection)) {
            return results;
        }
        BlobProperties stored = canary().getProperties();
        readBack(stored, protection);
        String version = stored.getVersionId();
        if (version == null) {
            results.add(ProbeResult.fail(
                    "find the canary's version",
                    "the account keeps no versions, so it has no policies on them; switch on version-level"
                            + " immutability for the account or the container"));
        }
        BlobClientBase target = version == null ? canary() : client.getBlobVersionClient(settings.key(name), version);
        attack(target, protection, earlier);
        overwrite(protection);
        if (version != null) {
            refused("hide the blob and delete the version", () -> {
                canary().delete();
                target.delete();
            });
        }
        stillThere(target);
        results.addAll(new AzureHoldProbe(client, settings, new ObjectName(name + "-held"), holds).run(CANARY));
        control();
        return results;
    }

    private BlobClientBase canary() {
        return client.getBlobClient(settings.key(name));
    }

    private void upload(Protection protection) throws IOException {
        new BlobUpload(
                        client.getBlobClient(settings.key(name)).getBlockBlobClient(),
                        settings,
                        Content.of(CANARY),
                        protection)
                .run();
    }

    private boolean store(Protection protection) throws IOException {
        String check = "store a locked canary";
        try {
            upload(protection);
            results.add(ProbeResult.pass(check, name.path()));
            return true;
        } catch (BlobStorageException e) {
            results.add(ProbeResult.fail(
                    check, AzureFault.describe(e) + ". Has the container version-level immutability?"));
            return false;
        }
    }

    private void readBack(BlobProperties stored, Protection protection) {
        BlobImmutabilityPolicy policy = stored.getImmutabilityPolicy();
        LockMode mode = AzureObjectStore.mode(policy);
        boolean same = mode == settings.lockMode()
                && protection.until().equals(policy.getExpiryTime().toInstant());
        String found =
                mode == LockMode.NONE ? "no policy" : policy.getPolicyMode() + " until " + policy.getExpiryTime();
        results.add(
                same
                        ? ProbeResult.pass("read the lock back", found)
                        : ProbeResult.fail(
                                "read the lock back",
                                "the store reports " + found + ", set was " + BlobUpload.mode(settings.lockMode())
                                        + " until " + protection.until()));
    }

    private void attack(BlobClientBase target, Protection protection, Instant earlier) {
        refused("delete the version", target::delete);
        if (settings.lockMode() == LockMode.COMPLIANCE) {
            refused("shorten the lock", () -> retain(target, BlobImmutabilityPolicyMode.LOCKED, earlier));
            refused(
                    "weaken to governance",
                    () -> retain(target, BlobImmutabilityPolicyMode.UNLOCKED, protection.until()));
            refused("remove the policy", target::deleteImmutabilityPolicy);
        } else {
            results.add(ProbeResult.note(
                    "shorten the lock",
                    "not tried: whoever may write policies can shorten or remove an Unlocked one, as mode governance"
                            + " says"));
        }
    }

    private static void retain(BlobClientBase target, BlobImmutabilityPolicyMode mode, Instant until) {
        target.setImmutabilityPolicy(
                new BlobImmutabilityPolicy().setPolicyMode(mode).setExpiryTime(until.atOffset(ZoneOffset.UTC)));
    }

    private void refused(String check, Deed deed) {
        try {
            deed.attempt();
            results.add(ProbeResult.fail(check, "the store did it"));
        } catch (BlobStorageException e) {
            results.add(
                    REFUSED.contains(e.getStatusCode())
                            ? ProbeResult.pass(check, "refused, " + AzureFault.describe(e))
                            : ProbeResult.fail(check, "no clear refusal: " + AzureFault.describe(e)));
        }
    }

    private void overwrite(Protection protection) throws IOException {
        String check = "store under the same name";
        try {
            upload(protection);
            results.add(ProbeResult.fail(check, "the store ignores If-None-Match, or the canary is gone"));
        } catch (BlobStorageException e) {
            results.add(
                    AzureFault.of(e) == AzureFault.TAKEN
                            ? ProbeResult.pass(check, "refused, " + AzureFault.describe(e))
                            : ProbeResult.fail(check, AzureFault.describe(e)));
        }
    }

    private void stillThere(BlobClientBase target) {
        String check = "read the canary after all this";
        try {
            byte[] read = target.downloadContent().toBytes();
            results.add(
                    Hash.sha256(read).equals(Hash.sha256(CANARY))
                            ? ProbeResult.pass(check, "unchanged")
                            : ProbeResult.fail(check, "other bytes"));
        } catch (BlobStorageException e) {
            results.add(ProbeResult.fail(check, "it is gone: " + AzureFault.describe(e)));
        }
    }

    /** Whether a refusal says something of the policy, or only of what these credentials may do. */
    private void control() {
        String check = "delete a blob without a lock";
        BlobClient control = client.getBlobClient(settings.key(name) + "-control");
        String version;
        try {
            version = control.getBlockBlobClient()
                    .uploadWithResponse(
                            new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(CANARY)), null, Context.NONE)
                    .getValue()
                    .getVersionId();
        } catch (BlobStorageException e) {
            results.add(ProbeResult.open(check, "none could be stored: " + AzureFault.describe(e) + ". " + UNTESTED));
            return;
        }
        try {
            control.delete();
            if (version != null) {
                control.getVersionClient(version).delete();
            }
            results.add(ProbeResult.pass(check, "done, so the refusals above are the lock's"));
        } catch (BlobStorageException e) {
            BlobClientBase left = version == null ? control : control.getVersionClient(version);
            results.add(undeleted(check, control, left, AzureFault.describe(e)));
        }
    }

    private static ProbeResult undeleted(String check, BlobClientBase control, BlobClientBase left, String refusal) {
        BlobProperties stored;
        try {
            stored = left.getProperties();
        } catch (BlobStorageException e) {
            return ProbeResult.open(check, refusal + "; its policy: " + AzureFault.describe(e) + ". " + UNTESTED);
        }
        LockMode mode = AzureObjectStore.mode(stored.getImmutabilityPolicy());
        boolean held = Boolean.TRUE.equals(stored.hasLegalHold());
        if (mode == LockMode.NONE && !held) {
            return ProbeResult.open(check, refusal + ", though it has no policy. " + UNTESTED);
        }
        String locked = refusal + ": the container locks everything by default, this blob too";
        // What the store shows for it is no proof that the policy refused: a store that pretends shows policies, too.
        return mode == LockMode.GOVERNANCE && !held
                ? unlocked(check, control, left, locked)
                : ProbeResult.open(
                        check,
                        locked
                                + ". Whether these credentials may delete is not known: repeat the probe in a container of"
                                + " this account without a default policy and hold");
    }

    /** A policy in state Unlocked goes before its blob does. */
    private static ProbeResult unlocked(String check, BlobClientBase control, BlobClientBase left, String locked) {
        try {
            left.deleteImmutabilityPolicy();
            control.deleteIfExists();
            if (left != control) {
                left.delete();
            }
            return ProbeResult.pass(
                    check, locked + "; done once its policy was removed, so the refusals above are the lock's");
        } catch (BlobStorageException e) {
            return ProbeResult.open(
                    check, locked + "; without its policy: " + AzureFault.describe(e) + ". " + UNTESTED);
        }
    }
}
