/**
 * Words and rows of keys that guessers try first, in the folded form of `password-policy.ts` (lower case,
 * digits and signs that stand for letters turned into them). Short on purpose: passwords have 15 characters
 * or more, so what matters is not a list of whole passwords but the pieces that people make them of.
 */
export const COMMON_PIECES: readonly string[] = [
  // what it is for
  'password passwort passphrase passwd kennwort pass secret geheim login logon signin access admin',
  'administrator root user username guest default changeme change test testing tester temp demo sample',
  'letmein welcome hello trustno master super system server service network internet computer welcome',
  'supersecret topsecret private public security secure enter open sesame please forgot nothing something',
  // this world
  'bivouac takserver atakatak atak wintak itak taktical tactical opentak freetak raspberry raspberrypi',
  'military army navy marine marines soldier infantry ranger airborne recon patrol sniper veteran rescue',
  'firefighter police sheriff medic captain sergeant colonel general commander team squad platoon alpha',
  'bravo charlie delta echo foxtrot tango whiskey zulu radio hotspot wireless wifi',
  // rows of keys
  'qwertyuiop qwertyui qwerty qwertz qwertzuiop azerty azertyuiop asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv',
  'yxcvbnm poiuytrewq lkjhgfdsa mnbvcxz qazwsx qazwsxedc wsxedc zaqxsw qweasd qweasdzxc asdqwe',
  // beloved
  'iloveyou loveyou love lover forever friends family mother father daddy mommy baby angel princess prince',
  'monkey dragon tiger lion eagle falcon wolf bear shadow phoenix ninja pirate cowboy hunter killer warrior',
  'superman batman spiderman ironman starwars startrek pokemon matrix gandalf hobbit hogwarts minecraft',
  'football baseball basketball hockey soccer golf tennis rugby liverpool arsenal chelsea barcelona',
  'summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february',
  'march april june july august september october november december holiday birthday christmas',
  'michael jennifer jessica jordan thomas charlie andrew daniel ashley matthew robert joshua amanda nicole',
  'george william harley ginger buster pepper cookie banana cheese chocolate coffee flower sunshine rainbow',
  'freedom liberty america england germany deutschland france london berlin newyork texas california canada',
  'mustang ferrari porsche mercedes yamaha kawasaki corvette chevy camaro google facebook apple microsoft',
  'samsung windows linux ubuntu android iphone money diamond silver golden blessed jesus heaven peace',
]
  .flatMap((line) => line.split(' '))
  // Longest first: `administrator` is one piece, not `admin` and a rest.
  .sort((a, b) => b.length - a.length);
