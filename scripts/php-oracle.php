<?php
// Reads a JSON array of form bodies from standard input and writes what parse_str() makes of each,
// with the version of PHP. Started by php-oracle.mjs. Every byte of every string is written as the
// code point of the same number, so that bytes that are not UTF-8 survive JSON.

declare(strict_types=1);

function widen(string $bytes): string
{
    $wide = '';
    foreach ($bytes === '' ? [] : str_split($bytes) as $byte) {
        $code = ord($byte);
        $wide .= $code < 0x80 ? $byte : chr(0xC0 | $code >> 6) . chr(0x80 | $code & 0x3F);
    }
    return $wide;
}

function widenAll(array|string $value): array|string
{
    if (is_string($value)) {
        return widen($value);
    }
    $wide = [];
    foreach ($value as $key => $member) {
        // Integer keys stay integers: json_encode() decides by them between array and object.
        $wide[is_int($key) ? $key : widen($key)] = widenAll($member);
    }
    return $wide;
}

$results = [];
foreach (json_decode(stream_get_contents(STDIN), false, 8, JSON_THROW_ON_ERROR) as $body) {
    parse_str($body, $result);
    // The root is shown as an object, also when it is empty or its keys are 0, 1, 2 and so on.
    $results[] = (object) widenAll($result);
}
echo json_encode(['version' => PHP_VERSION, 'results' => $results], JSON_THROW_ON_ERROR);
