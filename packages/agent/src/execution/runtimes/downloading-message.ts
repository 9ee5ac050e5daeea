/** What an attempt is doing while its job is `Downloading`. */
export function downloadingMessage(hasChannels: boolean, hasImage: boolean): string {
  if (!hasImage) return hasChannels ? 'Placing the input channels' : 'No input channels';
  return hasChannels
    ? 'Placing the input channels and downloading the training image'
    : 'Downloading the training image';
}
