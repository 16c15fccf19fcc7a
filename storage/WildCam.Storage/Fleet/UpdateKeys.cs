using System.Security.Cryptography;
using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>
/// The key of each camera under which the hub vouches for firmware to it. The camera has it in its set-up file
/// (update-key); the database has it sealed under a key file that all hubs share and no dump of the database holds.
/// </summary>
/// <param name="keyFile">32 random bytes, made when they are first needed; readable by the owner alone.</param>
public sealed class UpdateKeys(NpgsqlDataSource database, string keyFile)
{
    /// <summary>Bytes of a camera's key, and of the key file.</summary>
    public const int Bytes = 32;

    const int NonceBytes = 12;
    const int TagBytes = 16;

    /// <summary>
    /// The camera's key, made if it has none. Who provisions a camera writes it into the set-up file, in hexadecimal.
    /// </summary>
    /// <exception cref="UpdateKeyException">The key file is another one than the keys were sealed under.</exception>
    public async Task<byte[]> EnsureAsync(int cameraId, CancellationToken cancellationToken)
    {
        await EnsureKeyFileAsync(cancellationToken);
        await using var command = database.Command("""
            insert into camera_update_keys (camera_id, sealed_key) values ($1, $2) on conflict (camera_id) do nothing
            """, cameraId, Seal(cameraId, RandomNumberGenerator.GetBytes(Bytes)));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return await FindAsync(cameraId, cancellationToken)
            ?? throw new InvalidOperationException($"Camera {cameraId} has no update key right after one was made.");
    }

    /// <summary>Gives the camera another key; it takes no firmware until it has it in its set-up file.</summary>
    public async Task<byte[]> ReplaceAsync(int cameraId, CancellationToken cancellationToken)
    {
        await EnsureKeyFileAsync(cancellationToken);
        var key = RandomNumberGenerator.GetBytes(Bytes);
        await using var command = database.Command("""
            insert into camera_update_keys (camera_id, sealed_key) values ($1, $2)
            on conflict (camera_id) do update set sealed_key = excluded.sealed_key, issued_at = now()
            """, cameraId, Seal(cameraId, key));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return key;
    }

    /// <summary>The camera's key; null: it has none.</summary>
    /// <exception cref="UpdateKeyException">The key file is another one than the keys were sealed under.</exception>
    public async Task<byte[]?> FindAsync(int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select sealed_key from camera_update_keys where camera_id = $1", cameraId);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] sealedKey
            ? Open(cameraId, sealedKey)
            : null;
    }

    byte[] Seal(int cameraId, byte[] key)
    {
        var sealedKey = new byte[NonceBytes + Bytes + TagBytes];
        RandomNumberGenerator.Fill(sealedKey.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(ReadKeyFile(), TagBytes);
        aes.Encrypt(
            sealedKey.AsSpan(0, NonceBytes), key, sealedKey.AsSpan(NonceBytes, Bytes),
            sealedKey.AsSpan(NonceBytes + Bytes), BitConverter.GetBytes(cameraId));
        return sealedKey;
    }

    byte[] Open(int cameraId, byte[] sealedKey)
    {
        var key = new byte[Bytes];
        using var aes = new AesGcm(ReadKeyFile(), TagBytes);
        try
        {
            aes.Decrypt(
                sealedKey.AsSpan(0, NonceBytes), sealedKey.AsSpan(NonceBytes, Bytes),
                sealedKey.AsSpan(NonceBytes + Bytes), key, BitConverter.GetBytes(cameraId));
            return key;
        }
        catch (CryptographicException fault)
        {
            throw new UpdateKeyException(
                $"The update key of camera {cameraId} was sealed under another key file than '{keyFile}'. Put the file "
                + "back from its copy, or give the camera a new key: ./wildcam camera update-key CODE --new", fault);
        }
    }

    byte[] ReadKeyFile()
    {
        if (!File.Exists(keyFile))
        {
            throw new UpdateKeyException(
                $"The key file '{keyFile}' is missing, which opens the cameras' update keys. Put it back from its "
                + "copy, or give the cameras new keys: ./wildcam camera update-key CODE --new");
        }

        var bytes = File.ReadAllBytes(keyFile);
        return bytes.Length == Bytes
            ? bytes
            : throw new UpdateKeyException($"The key file '{keyFile}' has {bytes.Length} bytes, not {Bytes}.");
    }

    // One hub at a time: a move that must not overwrite looks first and moves then, so that of two at once the second
    // would put its file over the first one's. Written aside, so that nobody reads half of it.
    async Task EnsureKeyFileAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(keyFile))
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = connection.Command("select pg_advisory_xact_lock(hashtext('update-key-file'))"))
        {
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        if (!File.Exists(keyFile))
        {
            MakeKeyFile();
        }

        await transaction.CommitAsync(cancellationToken);
    }

    void MakeKeyFile()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(keyFile))!);
        var aside = $"{keyFile}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(aside, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Bytes));
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, keyFile, overwrite: false);
    }
}

/// <summary>The cameras' update keys cannot be opened. The message names the file and the remedy.</summary>
public sealed class UpdateKeyException(string message, Exception? cause = null) : Exception(message, cause);
