<?php
/**
 * Receives the events of a destination of the type `webhook`. PHP 8.1 or later with its own extensions:
 *
 *     WEBHOOK_KEYS='whsec_…' INBOX=./inbox php -S 127.0.0.1:8080 receiver.php
 *
 * It verifies a request, stores its events, and answers. Whatever takes longer is done afterwards, by another
 * program that takes the files out of the inbox. In production let your web server call this file, by https.
 */
declare(strict_types=1);

const TOLERANCE_SECONDS = 300;

/** Whether one of the keys has signed this request within the last five minutes. */
function isGenuine(array $keys, string $body): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if ($id === '' || !ctype_digit($timestamp)) return false;
    if (abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) return false;
    // The bytes as they came: JSON that was decoded and encoded again is another text.
    $content = "$id.$timestamp.$body";
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        foreach ($keys as $key) {
            if (isSignedBy($key, $signature, $content)) return true;
        }
    }
    return false;
}

function isSignedBy(string $key, string $signature, string $content): bool
{
    [$version, $base64] = explode(',', $signature, 2) + [1 => ''];
    $given = base64_decode($base64);
    $bytes = base64_decode(substr($key, strpos($key, '_') + 1));
    if ($version === 'v1' && str_starts_with($key, 'whsec_')) {
        return hash_equals(hash_hmac('sha256', $content, $bytes, true), $given);
    }
    if ($version === 'v1a' && str_starts_with($key, 'whpk_')) {
        return strlen($given) === SODIUM_CRYPTO_SIGN_BYTES
            && sodium_crypto_sign_verify_detached($given, $content, $bytes);
    }
    return false;
}

/** Stores an event once, however often it comes: the id makes the name, and a name is given once. */
function store(string $inbox, object $event): void
{
    $name = $inbox . '/' . hash('sha256', $event->id);
    $draft = $name . '.draft-' . getmypid();
    $file = fopen($draft, 'w');
    // With a fraction where Bitrix24 sent one: 1.0 stays 1.0.
    $json = json_encode($event, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION);
    if ($file === false || fwrite($file, $json) === false || !fsync($file)) throw new RuntimeException('Cannot write');
    fclose($file);
    $isStored = @link($draft, "$name.json") || file_exists("$name.json");
    unlink($draft);
    if (!$isStored) throw new RuntimeException('Cannot store');
}

function answer(): int
{
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') return 405;
    $keys = array_filter(explode(' ', getenv('WEBHOOK_KEYS') ?: ''));
    $inbox = getenv('INBOX') ?: 'inbox';
    $body = file_get_contents('php://input');
    // 401 and 500 are tried again by the relay, so that a wrong key or a full disk loses nothing.
    if (!isGenuine($keys, $body)) return 401;
    // As objects: as arrays {} and [] would be the same.
    $message = json_decode($body, false, 512, JSON_THROW_ON_ERROR);
    if ($message->type === 'relay.test') return 204;
    $events = $message->type === 'bitrix24.batch'
        ? $message->data->events
        : [(object) (['id' => $_SERVER['HTTP_WEBHOOK_ID']] + (array) $message)];
    if (!is_dir($inbox)) @mkdir($inbox, recursive: true);
    foreach ($events as $event) store($inbox, $event);
    return 204;
}

try {
    http_response_code(answer());
} catch (Throwable $error) {
    error_log((string) $error);
    http_response_code(500);
}
